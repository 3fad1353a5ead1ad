/**
 * Loading `hookd.yaml`, on one screen: text -> value -> checks -> secrets -> `Config`. All faults are told
 * at once. It throws `HookdError` and nothing else, whatever the file holds.
 */
import assert from "node:assert";
import { dirname, resolve } from "node:path";
import process from "node:process";
import { Value } from "typebox/value";
import { buildConfig } from "./build-config.ts";
import { crossFindings, isConfigFile, mappingAt, schemaFindings } from "./config-checks.ts";
import {
  ConfigError,
  type ConfigFault,
  type ConfigPath,
  type Finding,
  type Position,
  showPath,
} from "./config-faults.ts";
import { ConfigFile, SourceFile } from "./config-file.ts";
import { PresetFile } from "./preset-file.ts";
import { decodeText, type ReadFile, readUpTo } from "./read-up-to.ts";
import { createReadSecret, type Env, readSecrets } from "./read-secrets.ts";
import { readYaml, type YamlReading } from "./read-yaml.ts";
import type { Config } from "../config.ts";
import { HookdError, messageOf, systemCode } from "../errors.ts";

export interface LoadOptions {
  /** Names that `verify.preset` may have. */
  presets: readonly string[];
  /** Default: the process's own. */
  env?: Env;
  /** Stands in for each secret that a source needs and does not have; optional sources stay off all the same. */
  devSecret?: string | undefined;
  readFile?: ReadFile;
}

/** A file without faults. */
export interface LoadedConfig {
  config: Config;
  /** What is allowed but unwise, such as a literal secret. */
  warnings: readonly ConfigFault[];
  /** Where a value stands in the file, else the nearest part around it that is written: for later checks. */
  locate(path: ConfigPath): Position;
}

/** Its arithmetic: 64 sources with a body schema of 4 KB each fill a quarter of it. */
const FILE_BYTES_MAX = 1024 * 1024;

/**
 * Loads a file. Rejects with `ConfigError` (`ERR_CONFIG_INVALID`, carries all faults) or, if there is no
 * such file or it cannot be read, with `HookdError` `ERR_CONFIG_UNREADABLE`.
 */
export async function loadConfig(file: string, options: LoadOptions): Promise<LoadedConfig> {
  const { env = process.env, presets, devSecret, readFile = readUpTo } = options;
  const yaml = readYaml(await readText(file, readFile));
  if (yaml.broken) throw new ConfigError(file, yaml.faults);

  const value = withDefaults(yaml.value);
  const secrets = await readSecrets(value, createReadSecret({ configFile: file, env, readFile }), devSecret);
  const findings = [...schemaFindings(value), ...crossFindings(value, presets), ...secrets.findings];
  const faults = [...yaml.faults, ...findings.map((finding) => placed(finding, yaml))];
  if (faults.length > 0) throw new ConfigError(file, faults);
  assert(isConfigFile(value), "a file without findings meets the schema");

  return {
    config: buildConfig(value, secrets, resolve(dirname(file))),
    warnings: secrets.warnings.map((finding) => placed(finding, yaml)),
    locate: (path) => yaml.locate(path),
  };
}

function withDefaults(value: unknown): unknown {
  const filled = Value.Default(ConfigFile, value);
  // typebox fills the values of a record only where they have a default as a whole, which these have not.
  for (const source of Object.values(mappingAt(filled, ["sources"]))) Value.Default(SourceFile, source);
  for (const preset of Object.values(mappingAt(filled, ["presets"]))) Value.Default(PresetFile, preset);
  return filled;
}

function placed({ path, key, ...what }: Finding, yaml: YamlReading): ConfigFault {
  return { ...yaml.locate(path, key), path: showPath(path), ...what };
}

async function readText(file: string, readFile: ReadFile): Promise<string> {
  const bytes = await readFile(file, FILE_BYTES_MAX).catch((error: unknown) => {
    const found = systemCode(error) === "ENOENT" ? "no such file" : messageOf(error);
    throw new HookdError("ERR_CONFIG_UNREADABLE", `Cannot read the config file ${file}: ${found}`, { cause: error });
  });
  const top = { line: 1, column: 1, path: "" };
  if (bytes.length > FILE_BYTES_MAX) {
    throw new ConfigError(file, [{ ...top, expected: "at most 1 MB of text", found: "more" }]);
  }
  const text = decodeText(bytes);
  if (text === undefined) throw new ConfigError(file, [{ ...top, expected: "UTF-8 text", found: "other bytes" }]);
  return text;
}
