/**
 * The secret of `--dev`: random, made once, kept in the data directory for whoever signs there.
 */
import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { HookdError, messageOf, systemCode } from "../errors.ts";

/** Stands in while the data directory is not known; never signs anything. */
export const NO_SECRET_YET = "a secret that is replaced before it is used";

/** Reads `<dataDir>/dev-secret`, or makes it (mode 0600, 32 random bytes in hex). Rejects with ERR_STORE_UNREADABLE. */
export async function ensureDevSecret(dataDir: string): Promise<string> {
  const path = join(dataDir, "dev-secret");
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    const secret = randomBytes(32).toString("hex");
    const made = await writeNew(path, secret);
    return made ? secret : (await readFile(path, "utf8")).trim();
  } catch (cause) {
    throw new HookdError("ERR_STORE_UNREADABLE", `Cannot make "${path}": ${messageOf(cause)}`, { cause });
  }
}

/** False when the file is there already. */
async function writeNew(path: string, text: string): Promise<boolean> {
  try {
    await writeFile(path, text, { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw error;
  }
}
