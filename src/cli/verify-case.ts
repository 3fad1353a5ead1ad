/** What `hookd verify` verifies with: options first, then the source of hookd.yaml, then what the capture itself says. */
import { distance } from "fastest-levenshtein";
import { randomUUID } from "node:crypto";
import type { Config, SourceConfig } from "../config.ts";
import { createReadSecret } from "../config/read-secrets.ts";
import { readUpTo } from "../config/read-up-to.ts";
import { HookdError } from "../errors.ts";
import type { UnixMs } from "../model.ts";
import type { CapturedRequest } from "../captured-request.ts";
import type { Preset } from "../presets/preset.ts";
import { PRESET_NAMES, presetOf } from "../presets/registry.ts";
import { CONFIG_FILE, findConfig } from "./admin-target.ts";
import type { CapturedRecord } from "./captured-request.ts";
import type { Needs } from "./needs.ts";
import { presetNamed, secretOf, sourceNamed } from "./send-target.ts";

export interface CaseOptions {
  preset?: string;
  secret?: string[];
  source?: string;
  config?: string;
  /** Unix seconds. */
  now?: number;
  url?: string;
  /** In ms. */
  tolerance?: number;
  param?: Record<string, string>;
}

/** Makes of each record what can be verified; undefined for one whose preset nobody knows. Throws `ERR_USAGE`. */
export type CaseMaker = (record: CapturedRecord) => Promise<CapturedRequest | undefined>;

export async function caseMaker(options: CaseOptions, needs: Needs): Promise<CaseMaker> {
  const unset = randomUUID();
  const isAsked = options.source !== undefined || options.config !== undefined;
  const config = isAsked ? await findConfig(options.config, needs, unset) : undefined;
  if (options.source !== undefined && config === undefined) {
    throw new HookdError("ERR_USAGE", `There is no hookd.yaml here to look up the source "${options.source}" in`);
  }
  const source = options.source === undefined ? undefined : sourceIn(config!, options.source, unset);
  const known = (name: string) => presetIn(config, name);
  if (options.preset !== undefined && known(options.preset) === undefined) throw unknownPresets([options.preset]);
  const given = await Promise.all((options.secret ?? []).map((text) => readSecret(text, needs)));
  return async (record) => {
    const preset = known(options.preset ?? source?.preset ?? record.scheme ?? missing("--preset", record));
    if (preset === undefined) return undefined;
    const secrets = given.length > 0 ? given : source?.secrets ?? await secretsOf(record, needs);
    return {
      preset,
      secrets,
      ...(given.length === 0 && source !== undefined && { notAfter: source.notAfter }),
      ...requestOf(record, options.url, source && { publicUrl: config?.publicUrl, path: source.path }),
      now: unixMs(options.now ?? record.now) ?? Date.now(),
      toleranceMs: options.tolerance ?? source?.toleranceMs ?? record.toleranceMs,
      params: { ...(source === undefined ? record.params : source.params), ...options.param },
      isOfSource: source !== undefined,
    };
  };
}

function unixMs(seconds: number | undefined): UnixMs | undefined {
  return seconds === undefined ? undefined : seconds * 1000;
}

/** With the secret that `serve --dev` made, where none is set here. */
function sourceIn(config: Config, name: string, unset: string): SourceConfig {
  const source = sourceNamed(config, name);
  return source.secrets.includes(unset) ? { ...source, secrets: [secretOf(config, source, unset)] } : source;
}

/** The operator's own of that name, else one of hookd's. */
function presetIn(config: Config | undefined, name: string): Preset | undefined {
  const found = config === undefined ? name : presetNamed(config, name);
  return typeof found === "string" ? presetOf(found) : found;
}

/** With a source the URL is the one that the daemon would take, and no other. */
function requestOf(
  { method, url, target, headers, body }: CapturedRecord,
  given: string | undefined,
  source: { publicUrl: string | undefined; path: string } | undefined,
): Pick<CapturedRequest, "method" | "url" | "query" | "target" | "headers" | "body"> {
  const query = queryOf(given ?? url ?? target ?? "");
  const configured = source?.publicUrl === undefined
    ? undefined
    : `${source.publicUrl}${source.path}${query === "" ? "" : `?${query}`}`;
  return { method, url: given ?? (source === undefined ? url : configured), query, target, headers, body };
}

function queryOf(url: string): string {
  const at = url.indexOf("?");
  return at === -1 ? "" : url.slice(at + 1).replace(/#.*$/s, "");
}

async function secretsOf(record: CapturedRecord, needs: Needs): Promise<readonly string[]> {
  return await Promise.all((record.secrets ?? missing("--secret", record)).map((text) => readSecret(text, needs)));
}

/** A secret as hookd.yaml has it: `${env:NAME}`, `${file:path}`, or itself. */
async function readSecret(text: string, { env }: Needs): Promise<string> {
  const reading = await createReadSecret({ configFile: CONFIG_FILE, env, readFile: readUpTo })(text);
  if ("value" in reading) return reading.value;
  const fault = reading.kind === "missing"
    ? `${reading.where} is ${reading.state}`
    : `expected ${reading.expected}, found ${reading.found}`;
  throw new HookdError("ERR_USAGE", `A secret cannot be read: ${fault}`);
}

function missing(option: "--preset" | "--secret", { name }: CapturedRecord): never {
  const field = option === "--preset" ? "scheme" : "secret";
  const which = name === undefined ? "The captured request" : `The captured request "${name}"`;
  throw new HookdError(
    "ERR_USAGE",
    `${which} has no \`${field}\`: give ${option}, or --source to take it from hookd.yaml`,
  );
}

export function unknownPresets(names: readonly string[]): HookdError {
  const listed = names.map((name) => `"${name}"`).join(", ");
  const close = names.length === 1 ? PRESET_NAMES.find((known) => distance(known, names[0]!) <= 2) : undefined;
  const meant = close === undefined ? `presets: ${PRESET_NAMES.join(", ")}` : `did you mean "${close}"?`;
  return new HookdError("ERR_USAGE", `There is no preset ${listed}; ${meant}`);
}
