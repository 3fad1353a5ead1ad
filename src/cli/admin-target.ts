/** Where the daemon's admin API is and which token it wants: options first, then the environment, then hookd.yaml. */
import type { Command } from "commander";
import { existsSync } from "node:fs";
import type { Config, ListenAddress } from "../config.ts";
import { HookdError } from "../errors.ts";
import type { AdminClient } from "./admin-client.ts";
import type { Needs } from "./needs.ts";

/** Looked for in the working directory when `--config` is not given. */
export const CONFIG_FILE = "hookd.yaml";
const ADMIN_URL = "http://127.0.0.1:9464";

export interface AdminOptions {
  config?: string;
  admin?: string;
  token?: string;
}

/** Adds the options that every command with the admin API takes. */
export function withAdminOptions(command: Command): Command {
  return command
    .option("--admin <url>", "admin address (default: admin.listen of hookd.yaml)")
    .option("--token <token>", "bearer token (default: HOOKD_ADMIN_TOKEN, else admin.token of hookd.yaml)")
    .option("--config <file>", `configuration to look both up in (default: ${CONFIG_FILE}, where there is one)`);
}

/** Runs `act` with a client and closes it whatever happens. */
export async function withAdmin<T>(
  options: AdminOptions,
  needs: Needs,
  act: (client: AdminClient) => Promise<T>,
): Promise<T> {
  const { AdminClient } = await import("./admin-client.ts");
  const client = new AdminClient(await findAdmin(options, needs));
  try {
    return await act(client);
  } finally {
    await client.close();
  }
}

async function findAdmin(options: AdminOptions, needs: Needs): Promise<{ url: string; token: string | undefined }> {
  const token = options.token ?? (needs.env.HOOKD_ADMIN_TOKEN || undefined);
  if (options.admin !== undefined && (token !== undefined || options.config === undefined)) {
    return { url: options.admin, token };
  }
  const config = await findConfig(options.config, needs);
  if (config === undefined) return { url: ADMIN_URL, token };
  return { url: options.admin ?? urlOf(config.admin.listen, "--admin"), token: token ?? config.admin.token };
}

/** Stands in for secrets that are not set in this shell; they are not this command's business. */
const UNSET = "not-a-secret";

/** The configuration, or undefined where none was named and there is none. */
export async function findConfig(
  file: string | undefined,
  needs: Needs,
  devSecret = UNSET,
): Promise<Config | undefined> {
  if (file === undefined && !existsSync(CONFIG_FILE)) return undefined;
  return await needs.loadConfig(file ?? CONFIG_FILE, { devSecret });
}

/** How to reach a listener from this machine: one that listens everywhere is at the loopback address too. */
export function urlOf({ host, port }: ListenAddress, option: "--admin" | "--url"): string {
  if (port === 0) {
    throw new HookdError("ERR_USAGE", `The daemon listens on a port of the system's choice: give ${option}`);
  }
  const reachable = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  return `http://${reachable.includes(":") ? `[${reachable}]` : reachable}:${port}`;
}
