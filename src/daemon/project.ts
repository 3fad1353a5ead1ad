/**
 * What an operator wrote, read as a whole: hookd.yaml, its sources compiled, the handler folder imported. The
 * start, a reload and `hookd check` read it the same way, and all faults come together.
 */
import { relative, resolve } from "node:path";
import process from "node:process";
import { compileRoutes, lintSources, type Routes } from "../accept/routes.ts";
import type { SourceFault } from "../accept/source-fault.ts";
import { PRESET_NAMES } from "../presets/registry.ts";
import { NO_SECRET_YET } from "./dev-secret.ts";
import { ConfigError, describeFault, showPath } from "../config/config-faults.ts";
import { loadConfig, type LoadedConfig } from "../config/load-config.ts";
import type { Config } from "../config.ts";
import { HookdError } from "../errors.ts";
import { discoverHandlers, type HandlerFolder } from "../execute/discover-handlers.ts";
import type { DiscoveryThread } from "../execute/discovery-thread.ts";
import type { HandlerTable } from "../ports.ts";

/** A project without faults. */
export interface Project {
  config: Config;
  routes: Routes;
  handlers: HandlerTable;
  handlerFolder: HandlerFolder;
  warnings: readonly string[];
}

export type ProjectReading =
  | { kind: "ok"; project: Project }
  | { kind: "faulty"; code: "ERR_CONFIG_INVALID" | "ERR_HANDLER_INVALID"; faults: string[]; warnings: string[] };

export interface ReadOptions {
  /** Stands in for secrets that are not set; or makes it, once the data directory is known. */
  devSecret?: string | ((dataDir: string) => Promise<string>) | undefined;
  /** Where handlers are imported; whoever started it ends it. Default: one is started. */
  thread?: DiscoveryThread | undefined;
}

/** Rejects only with ERR_CONFIG_UNREADABLE, or as `devSecret` does. */
export async function readProject(
  configFile: string,
  { devSecret, thread }: ReadOptions = {},
): Promise<ProjectReading> {
  let loaded: LoadedConfig;
  try {
    loaded = await load(configFile, devSecret);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const faults = error.faults.map((fault) => describeFault(configFile, fault));
    return { kind: "faulty", code: "ERR_CONFIG_INVALID", faults, warnings: [] };
  }
  return await readRest(configFile, loaded, thread);
}

/** Where the secret is to be made, the file is read with one that never signs: to read it twice took 15 ms. */
async function load(configFile: string, devSecret: ReadOptions["devSecret"]): Promise<LoadedConfig> {
  const presets = PRESET_NAMES;
  if (typeof devSecret !== "function") return await loadConfig(configFile, { presets, devSecret });
  const loaded = await loadConfig(configFile, { presets, devSecret: NO_SECRET_YET });
  const secrets = [await devSecret(loaded.config.dataDir)];
  const sources = loaded.config.sources.map((source) =>
    source.secrets.includes(NO_SECRET_YET) ? { ...source, secrets } : source
  );
  return { ...loaded, config: { ...loaded.config, sources } };
}

async function readRest(
  configFile: string,
  { config, warnings: unwise, locate }: LoadedConfig,
  thread: DiscoveryThread | undefined,
): Promise<ProjectReading> {
  const placed = ({ path, message, hint }: Omit<SourceFault, "severity">) => {
    const { line, column } = locate(path);
    const more = hint === undefined ? "" : `; ${hint}`;
    return `${configFile}:${line}:${column}: ${showPath(path)}: ${message}${more}`;
  };
  const lint = lintSources(config);
  const texts = (severity: string) => lint.filter((each) => each.severity === severity).map(placed);
  const warnings = [...unwise.map((fault) => describeFault(configFile, fault)), ...texts("warning")];
  const configFaults = texts("fault");
  const discovered = await discoverHandlers(config.handlersDir, { thread });
  if (discovered.kind === "faulty") {
    const place = (file: string) => relative(process.cwd(), resolve(config.handlersDir, file)) || ".";
    const faults = discovered.faults.map(({ file, line, message }) => `${place(file)}:${line ?? 1}: ${message}`);
    const code = configFaults.length > 0 ? "ERR_CONFIG_INVALID" : "ERR_HANDLER_INVALID";
    return { kind: "faulty", code, faults: [...configFaults, ...faults], warnings };
  }
  if (configFaults.length > 0) return { kind: "faulty", code: "ERR_CONFIG_INVALID", faults: configFaults, warnings };
  const { table: handlers, handlers: handlerFolder } = discovered;
  warnings.push(...unhandledTypes(config, handlers).map(placed));
  return { kind: "ok", project: { config, routes: compileRoutes(config), handlers, handlerFolder, warnings } };
}

/** Types that a source names and nothing runs: misspelt, or their handler is still to be written. */
function unhandledTypes({ sources }: Config, handlers: HandlerTable) {
  return sources.flatMap(({ name, types = [] }) =>
    types.flatMap((type, index) =>
      type.endsWith("*") || handlers.match(type) !== undefined
        ? []
        : [{ path: ["sources", name, "types", index], message: `no handler takes "${type}"` }]
    )
  );
}

/** The project, or one error with all its faults. */
export async function requireProject(configFile: string, options: ReadOptions = {}): Promise<Project> {
  const reading = await readProject(configFile, options);
  if (reading.kind === "ok") return reading.project;
  throw new HookdError(reading.code, reading.faults.join("\n"));
}
