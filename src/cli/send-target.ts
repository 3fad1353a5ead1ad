/** Where `hookd send` sends and how it signs: options first, then the source of hookd.yaml that suits the event. */
import { distance } from "fastest-levenshtein";
import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Config, SourceConfig } from "../config.ts";
import { HookdError } from "../errors.ts";
import { matchPatterns } from "../event-pattern.ts";
import type { Preset } from "../presets/preset.ts";
import { isTemplate, templateFits } from "../sender/sender-places.ts";
import { findConfig, urlOf } from "./admin-target.ts";
import type { Needs } from "./needs.ts";

export interface TargetOptions {
  source?: string;
  preset?: string;
  url?: string;
  secret?: string;
  config?: string;
}

export interface SendTarget {
  url: string;
  secret: string;
  /** By name, or as hookd.yaml has it under `presets`. */
  preset: string | Preset;
  /** `public_url`: several senders sign it. */
  publicUrl?: string | undefined;
  /** Absent: no hookd.yaml says where the receiver looks for what; then as the preset has it. */
  source?: SourceConfig;
}

/** Throws `ERR_USAGE` when something is missing, with what would give it. */
export async function findTarget(type: string, options: TargetOptions, needs: Needs): Promise<SendTarget> {
  // Tells a secret that is not set here from one that is, since any text could be one.
  const unset = randomUUID();
  const config = await findConfig(options.config, needs, unset);
  const source = config === undefined ? undefined : findSource(config, type, options);
  if (source === undefined || config === undefined) return bareTarget(options, needs);
  return {
    url: urlFor(config, source, options.url),
    secret: options.secret ?? secretOf(config, source, unset),
    preset: presetNamed(config, options.preset ?? source.preset),
    publicUrl: config.publicUrl,
    source,
  };
}

/** The operator's own of that name, or the name itself for the sender to look up. */
export function presetNamed({ presets }: Pick<Config, "presets">, name: string): string | Preset {
  return Object.hasOwn(presets, name) ? presets[name]! : name;
}

/** Without a hookd.yaml: all has to be said. */
function bareTarget({ url, secret, preset, source }: TargetOptions, { env }: Needs): SendTarget {
  const found = secret ?? (env.HOOKD_SECRET || undefined);
  const missing = url === undefined ? "--url" : found === undefined ? "--secret" : undefined;
  if (url !== undefined && found !== undefined && source === undefined) {
    return { url, secret: found, preset: preset ?? "hookd" };
  }
  const what = missing === undefined ? `no source "${source}" to look up` : `${missing} is not given`;
  throw new HookdError("ERR_USAGE", `There is no hookd.yaml here, and ${what}: name the file with --config`);
}

/** By name, else by the path of `--url`, else the first that names this type, else the first that names none. */
function findSource(config: Config, type: string, { source: name, url }: TargetOptions): SourceConfig | undefined {
  if (name !== undefined) return sourceNamed(config, name);
  const path = url !== undefined && URL.canParse(url) ? new URL(url).pathname : "/";
  // A URL of its own that no source has is some other receiver's.
  if (path !== "/") return config.sources.find((source) => source.path === path);
  return config.sources.find((source) => names(source, type)) ?? config.sources.find(takesAny) ?? config.sources[0];
}

/** Whether the source says of itself that it takes this very type. */
function names({ type: reference = "", types = [] }: SourceConfig, type: string): boolean {
  if (isTemplate(reference)) return templateFits(reference, type);
  return reference === `literal:${type}` || matchPatterns(types.map((pattern) => [pattern, true]))(type) === true;
}

function takesAny({ type: reference = "", types }: SourceConfig): boolean {
  return types === undefined && !isTemplate(reference) && !reference.startsWith("literal:");
}

/** Throws `ERR_USAGE` where there is none, and where it is off. */
export function sourceNamed({ sources, disabled }: Config, name: string): SourceConfig {
  const source = sources.find((one) => one.name === name);
  if (source !== undefined) return source;
  const off = disabled.find((source) => source.name === name);
  if (off !== undefined) throw new HookdError("ERR_USAGE", `The source "${name}" is off: ${off.reason}`);
  const names = sources.map((source) => source.name);
  const close = names.find((known) => distance(known, name) <= 2);
  const meant = close === undefined ? `known: ${names.join(", ")}` : `did you mean "${close}"?`;
  throw new HookdError("ERR_USAGE", `hookd.yaml has no source "${name}"; ${meant}`);
}

/** `--url` may be a host alone; then the source's path is added. */
function urlFor({ listen }: Config, { path }: SourceConfig, url: string | undefined): string {
  const base = url ?? urlOf(listen, "--url");
  return URL.canParse(base) && new URL(base).pathname === "/" ? new URL(path, base).href : base;
}

/** The first one; where none is set here, the one that `serve --dev` made. `unset` stands in for that. */
export function secretOf({ dataDir }: Config, source: SourceConfig, unset: string): string {
  const [secret] = source.secrets;
  if (secret !== undefined && secret !== unset) return secret;
  const file = join(dataDir, "dev-secret");
  if (existsSync(file)) return readFileSync(file, "utf8").trim();
  throw new HookdError(
    "ERR_USAGE",
    `The secret of source "${source.name}" is not set here, and no daemon made one at ${file}: ` +
      "set the variable that hookd.yaml names, give --secret, or start `hookd serve --dev`",
  );
}
