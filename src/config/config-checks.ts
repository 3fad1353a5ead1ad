/**
 * The checks of `hookd.yaml` that need nothing but its value: the schema's, and what no schema can say.
 * Pure; they take any value, so that one wrong section hides no fault of another.
 */
import { Value } from "typebox/value";
import { type ConfigPath, didYouMean, type Finding, kindOf, oneOf, quoted, shown, shownKey } from "./config-faults.ts";
import { ConfigFile } from "./config-file.ts";
import { EXPECTED, ms } from "./config-values.ts";
import { type ListenAddress, parseAddress } from "../config.ts";
import { pointerSteps } from "../json-pointer.ts";
import { schemaErrors } from "../schema-errors.ts";

/** Not compiled: that takes longer than the one check of a start, 10 ms. */
const validator = { Errors: (value: unknown) => Value.Errors(ConfigFile, value) };
/** typebox stops at 8; this is more than a file of the permitted length can be worth reading. */
const ERRORS_MAX = 10_000;

/** Whether a value meets the schema, its defaults filled in. */
export function isConfigFile(value: unknown): value is ConfigFile {
  return Value.Check(ConfigFile, value);
}

/** What the schema finds: one finding for each key or value at fault, however many of its rules say so. */
export function schemaFindings(value: unknown): Finding[] {
  const told = new Set<string>();
  return schemaErrors(validator, value, ERRORS_MAX).flatMap((error) => {
    const path = pathOf(error.instancePath, value);
    if (error.keyword === "additionalProperties") {
      return error.params.additionalProperties.map((key) => unknownKey(path, key));
    }
    if (error.keyword === "propertyNames") return error.params.propertyNames.map((key) => badName(path, key));
    if (error.keyword === "required") return error.params.requiredProperties.map((key) => missingKey(path, key));
    // Each unknown key and each bad name is told twice, the second time as a value.
    if (error.keyword === "boolean" || error.schemaPath.endsWith("/propertyNames")) return [];
    if (told.has(error.instancePath)) return [];
    told.add(error.instancePath);
    return [badValue(path, valueAt(value, path))];
  });
}

/** What no schema can say: `presets` are the names that `verify.preset` may have. */
export function crossFindings(value: unknown, presets: readonly string[]): Finding[] {
  const sources = Object.entries(mappingAt(value, ["sources"]));
  const own = mappingAt(value, ["presets"]);
  return [
    ...Object.keys(own).flatMap((name) => presets.includes(name) ? [takenName(name)] : []),
    ...sources.flatMap(([name, source]) =>
      presetFindings(name, valueAt(source, ["verify", "preset"]), [...presets, ...Object.keys(own)])
    ),
    ...pathFindings(sources),
    ...listenFindings(value),
    ...timeoutFindings(value),
  ];
}

/** What this file reads of a JSON Schema. */
interface SchemaNode {
  type?: unknown;
  enum?: readonly string[];
  description?: string;
  errorMessage?: string;
  properties?: Readonly<Record<string, SchemaNode>>;
  patternProperties?: Readonly<Record<string, SchemaNode>>;
  items?: SchemaNode;
}

function schemaAt(path: ConfigPath): SchemaNode | undefined {
  return path.reduce<SchemaNode | undefined>((node, part) => {
    if (typeof part === "number") return node?.items;
    if (node?.patternProperties !== undefined) return Object.values(node.patternProperties)[0];
    return Object.hasOwn(node?.properties ?? {}, part) ? node?.properties?.[part] : undefined;
  }, ConfigFile as SchemaNode);
}

/** RFC 6901; a number where the value is a list. */
function pathOf(pointer: string, value: unknown): ConfigPath {
  const parts = pointerSteps(pointer);
  return parts.map((part, depth) => Array.isArray(valueAt(value, parts.slice(0, depth))) ? Number(part) : part);
}

function unknownKey(path: ConfigPath, key: string): Finding {
  const known = Object.keys(schemaAt(path)?.properties ?? {});
  const hint = didYouMean(key, known);
  const expected = hint === undefined ? oneOf(known) : "a known key";
  return { path, key, expected, found: shownKey(key), ...(hint === undefined ? {} : { hint }) };
}

function badName(path: ConfigPath, key: string): Finding {
  const expected = "a name of at most 64 characters: a-z, 0-9, _ and -, the first a letter or digit";
  return { path, key, expected, found: shownKey(key) };
}

function missingKey(path: ConfigPath, key: string): Finding {
  const description = schemaAt([...path, key])?.description;
  return { path, expected: `${quoted(key)}${description === undefined ? "" : ` (${description})`}`, found: "nothing" };
}

function badValue(path: ConfigPath, value: unknown): Finding {
  const schema = schemaAt(path) ?? {};
  const collection = schema.type === "object" || schema.type === "array";
  const hint = hintFor(schema, value);
  return {
    path,
    expected: expectedBy(schema),
    found: collection || path.some((part) => UNSHOWN.has(part)) ? kindOf(value) : shown(value),
    ...(hint === undefined ? {} : { hint }),
  };
}

/** Where a secret may stand, a URL's password included. */
const UNSHOWN: ReadonlySet<unknown> = new Set(["secrets", "token", "public_url"]);

function expectedBy({ type, enum: words, errorMessage }: SchemaNode): string {
  if (errorMessage !== undefined) return errorMessage.slice(EXPECTED.length);
  if (words !== undefined) return oneOf(words);
  return type === "boolean" ? "true or false" : "a mapping";
}

function hintFor({ enum: words, errorMessage }: SchemaNode, value: unknown): string | undefined {
  if (words !== undefined && typeof value === "string") return didYouMean(value, words);
  const unit = /^Expected a (duration|size)/.exec(errorMessage ?? "")?.[1];
  if (unit === undefined || typeof value !== "number") return undefined;
  return `did you mean ${quoted(`${value}${unit === "size" ? "MB" : "s"}`)}?`;
}

function takenName(name: string): Finding {
  return { path: ["presets", name], expected: "a name that hookd has no preset of", found: quoted(name) };
}

function presetFindings(name: string, preset: unknown, presets: readonly string[]): Finding[] {
  if (typeof preset !== "string" || presets.includes(preset)) return [];
  const hint = didYouMean(preset, presets);
  const expected = hint === undefined ? oneOf(presets) : "a known preset";
  const path = ["sources", name, "verify", "preset"];
  return [{ path, expected, found: shown(preset), ...(hint === undefined ? {} : { hint }) }];
}

/** Senders are told by their path: it names one source, and none of our own routes. */
function pathFindings(sources: readonly [string, unknown][]): Finding[] {
  const owners = new Map<string, string>();
  return sources.flatMap(([name, source]) => {
    const at = valueAt(source, ["path"]);
    if (typeof at !== "string") return [];
    const path = ["sources", name, "path"];
    const owner = owners.get(at);
    if (owner !== undefined) {
      return [{ path, expected: "a path of its own", found: `the path of source ${quoted(owner)}` }];
    }
    owners.set(at, name);
    if (at !== STATUS_PATH && !at.startsWith(`${STATUS_PATH}/`)) return [];
    return [{ path, expected: `a path outside ${STATUS_PATH}, where hookd answers for events`, found: shown(at) }];
  });
}

const STATUS_PATH = "/webhooks/status";

function listenFindings(value: unknown): Finding[] {
  const [open, admin] = [addressAt(value, ["listen"]), addressAt(value, ["admin", "listen"])];
  if (open === undefined || admin === undefined || open.port === 0 || open.port !== admin.port) return [];
  if (open.host !== admin.host && ![open.host, admin.host].some((host) => ALL_HOSTS.has(host))) return [];
  const expected = "another port than the public listener's";
  return [{ path: ["admin", "listen"], expected, found: `port ${admin.port} for both` }];
}

const ALL_HOSTS: ReadonlySet<string> = new Set(["0.0.0.0", "::"]);

function addressAt(value: unknown, path: ConfigPath): ListenAddress | undefined {
  const address = valueAt(value, path);
  return typeof address === "string" ? parseAddress(address) : undefined;
}

/** Node's http server throws at start when its header timeout is the longer one. */
function timeoutFindings(value: unknown): Finding[] {
  const [header, whole] = [valueAt(value, ["limits", "header_timeout"]), valueAt(value, ["limits", "request_timeout"])];
  if (typeof header !== "string" || typeof whole !== "string" || !(ms(header) > ms(whole))) return [];
  const expected = `at most the request_timeout of ${shown(whole)}`;
  return [{ path: ["limits", "header_timeout"], expected, found: shown(header) }];
}

/** The value that a path leads to, or undefined; own keys only. */
export function valueAt(value: unknown, path: ConfigPath): unknown {
  return path.reduce<unknown>(
    (part, key) =>
      typeof part === "object" && part !== null && Object.hasOwn(part, key) ? Reflect.get(part, key) : undefined,
    value,
  );
}

/** The mapping that a path leads to, or an empty one. */
export function mappingAt(value: unknown, path: ConfigPath): Record<string, unknown> {
  const found = valueAt(value, path);
  return typeof found === "object" && found !== null && !Array.isArray(found) ? { ...found } : {};
}
