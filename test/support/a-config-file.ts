/** `hookd.yaml` as text, loaded without a disk. */
import { Buffer } from "node:buffer";
import { ConfigError } from "../../src/config/config-faults.ts";
import { loadConfig, type LoadedConfig, type LoadOptions } from "../../src/config/load-config.ts";

export interface World extends Partial<LoadOptions> {
  /** Contents of files by absolute path; the config file itself is `/etc/hookd/hookd.yaml`. */
  files?: Record<string, string | Uint8Array>;
}

const CONFIG_FILE = "/etc/hookd/hookd.yaml";

/** Loads a text; the one variable that is set is `SECRET`. */
export function loadText(text: string | Uint8Array, { files = {}, ...options }: World = {}): Promise<LoadedConfig> {
  const all: Record<string, string | Uint8Array> = { ...files, [CONFIG_FILE]: text };
  return loadConfig(CONFIG_FILE, {
    presets: ["hookd", "github", "stripe", "standard"],
    env: { SECRET: "the-value-of-the-variable" },
    readFile: (path) => {
      const content = all[path];
      if (content === undefined) return Promise.reject(Object.assign(new Error("no"), { code: "ENOENT" }));
      return Promise.resolve(typeof content === "string" ? Buffer.from(content) : content);
    },
    ...options,
  });
}

/** The lines of the message that a faulty text is refused with, without the file's folder. */
export async function faultsOf(text: string | Uint8Array, world: World = {}): Promise<string[]> {
  try {
    await loadText(text, world);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message.split("\n").map((line) => line.replace("/etc/hookd/", ""));
  }
}

/** A file with nothing but one source, after what is given. */
export function withSource(text = "", source = ""): string {
  return `${text}
sources:
  events:
    path: /webhooks/events
    verify: { secrets: ["\${env:SECRET}"] }
${source}`;
}
