/**
 * A source of hookd.yaml joined with its preset: references parsed, keys imported, defaults of the preset
 * filled in. Compiling never throws: a faulty source is left out, so that its path is closed, and its faults
 * are told by `lintSources`.
 */
import type { Config, RetryPolicy, SourceConfig } from "../config.ts";
import { matchPatterns } from "../event-pattern.ts";
import type { ResponseMode } from "../model.ts";
import type { HandlerEntry, HandlerTable } from "../ports.ts";
import type { Rate } from "../units.ts";
import type { Preset } from "../presets/preset.ts";
import { PRESET_NAMES, presetName, presetOf } from "../presets/registry.ts";
import { type Handshake, handshakesOf } from "./handshakes.ts";
import { compileKeys } from "./compile-keys.ts";
import { compileLists, type ListRules, placesOf } from "./lists.ts";
import { parseReference, type Reference, type ReferenceKind } from "./reference.ts";
import { schemaFault } from "./schema-check.ts";
import { presetFaults } from "./signature/lint-preset.ts";
import { isSigned, type Scheme } from "./signature/scheme.ts";
import type { Report, SourceFault } from "./source-fault.ts";

export type DataReference = Extract<Reference, { kind: "json" | "body" }>;

/** All that the path needs to know of one source. */
export interface Route extends ListRules {
  source: string;
  mode: ResponseMode;
  scheme: Scheme;
  type: Reference;
  /** Type and data as they are written, which is how a sender reads them. */
  written: { type: string; data: string };
  /** All that find something must agree; none finds something: the body's hash. */
  keys: readonly Reference[];
  order: Reference | undefined;
  data: DataReference;
  /** The same for the worker: a JSON pointer, or undefined where the data is the body as text. */
  dataPointer: string | undefined;
  /** Whether the sender's signature covers them; where not, a captured request can be sent again under others. */
  signed: { type: boolean; key: boolean };
  schema: unknown;
  path: string;
  preset: string;
  presetRow: Preset;
  /** As `types` lists them; undefined: all. */
  types: readonly string[] | undefined;
  /** Whether it takes events of a type, if a handler does. */
  takes(type: string): boolean;
  rate: Rate | undefined;
  unknown: SourceConfig["unknown"];
  windowMs: number;
  syncDeadlineMs: number;
  /** The source's policy over the global one. */
  retry: RetryPolicy;
  publicUrl: string | undefined;
  /** How long this sender waits for an answer. */
  ackDeadlineMs: number;
  /** Of `verify.params`. */
  params: Readonly<Record<string, string>>;
  handshakes: readonly Handshake[];
  /** Where the sender counts its tries, and what it says there on the first. */
  retries: { header: string; from: number } | undefined;
}

export interface Routes {
  byPath: ReadonlyMap<string, Route>;
  bySource: ReadonlyMap<string, Route>;
}

/** The handler of an event of this source; undefined: the source's `unknown` decides. */
export function handlerFor(
  route: Pick<Route, "takes">,
  type: string,
  handlers: Pick<HandlerTable, "match">,
): HandlerEntry | undefined {
  return route.takes(type) ? handlers.match(type) : undefined;
}

/** How much of a sender's ack deadline hookd uses up before it says 202. */
const DEADLINE_SHARE = 0.8;

export function compileRoutes(config: Config): Routes {
  const routes = config.sources.flatMap((source) => {
    const { route, faults } = compileSource(config, source);
    return faults.some(({ severity }) => severity === "fault") || route === undefined
      ? []
      : [{ path: source.path, route }];
  });
  return {
    byPath: new Map(routes.map(({ path, route }) => [path, route])),
    bySource: new Map(routes.map(({ route }) => [route.source, route])),
  };
}

/** All faults and warnings of the operator's presets and of all sources. No message quotes a secret. */
export function lintSources(config: Config): SourceFault[] {
  const presets = Object.entries(config.presets).flatMap(([name, preset]) =>
    presetFaults(preset).map(({ path, message }): SourceFault => (
      { severity: "fault", path: ["presets", name, ...path], message }
    ))
  );
  return [...presets, ...config.sources.flatMap((source) => compileSource(config, source).faults)];
}

function ownPreset({ presets }: Config, name: string): Preset | undefined {
  const preset = Object.hasOwn(presets, name) ? presets[name] : undefined;
  // A faulty one cannot be compiled; its faults are told by `lintSources`.
  return preset !== undefined && presetFaults(preset).length === 0 ? preset : undefined;
}

interface Compiled {
  route: Route | undefined;
  faults: SourceFault[];
}

function compileSource(config: Config, source: SourceConfig): Compiled {
  const faults: SourceFault[] = [];
  const report: Report = (severity, at, message, hint) => {
    faults.push({ severity, path: ["sources", source.name, ...at], message, ...(hint !== undefined && { hint }) });
  };
  const preset = ownPreset(config, source.preset) ?? presetOf(source.preset);
  // A faulty one of the operator's: its own faults are told.
  if (preset === undefined && Object.hasOwn(config.presets, source.preset)) return { route: undefined, faults };
  if (preset === undefined) {
    report("fault", ["verify", "preset"], `"${source.preset}" is no preset`, `presets: ${PRESET_NAMES.join(", ")}`);
    return { route: undefined, faults };
  }
  const scheme = compileKeys({ config, preset, source, report });
  const references = compileReferences(preset, source, report);
  const lists = compileLists(preset, source, report);
  const fault = source.schema === undefined ? undefined : schemaFault(source.schema);
  if (fault !== undefined) report("fault", ["schema"], `is no JSON Schema: ${fault}`);
  const times = compileTimes(config, { preset, source, report });
  if (references === undefined) return { route: undefined, faults };

  const { type, keys } = references;
  const isKeySigned = keys.every((key) => isSigned(key, scheme));
  const route: Route = {
    source: source.name,
    mode: source.mode,
    scheme,
    ...references,
    // Without a key that counts, the body's hash is the key; the signature binds the body.
    keys: source.refuseReplay && !isKeySigned ? [] : keys,
    ...times,
    written: { type: source.type ?? placesOf(preset, source).type, data: source.data },
    dataPointer: references.data.kind === "json" ? references.data.pointer : undefined,
    signed: { type: isSigned(type, scheme), key: isKeySigned },
    schema: source.schema,
    path: source.path,
    preset: source.preset,
    presetRow: preset,
    types: source.types,
    takes: takesTypes(source.types),
    rate: source.rate,
    unknown: source.unknown,
    ...lists,
    retry: { ...config.retry, ...source.retry },
    publicUrl: config.publicUrl,
    ackDeadlineMs: preset.ackDeadlineMs,
    params: source.params,
    handshakes: handshakesOf(presetName(source.preset), source.params),
    retries: preset.retryHeader === undefined
      ? undefined
      : { header: preset.retryHeader, from: preset.retriesFrom ?? 0 },
  };
  return { route, faults };
}

function takesTypes(types: readonly string[] | undefined): Route["takes"] {
  if (types === undefined) return () => true;
  const match = matchPatterns(types.map((pattern) => [pattern, true] as const));
  return (type) => match(type) === true;
}

const TYPE: readonly ReferenceKind[] = ["header", "query", "json", "literal", "template"];
const KEY: readonly ReferenceKind[] = ["header", "query", "json", "template"];
const DATA: readonly ReferenceKind[] = ["json", "body"];

function compileReferences(
  preset: Preset,
  source: SourceConfig,
  report: Report,
): Pick<Route, "type" | "keys" | "order" | "data"> | undefined {
  const read = (field: "type" | "key" | "order" | "data", text: string, allowed: readonly ReferenceKind[]) => {
    const parsed = parseReference(text, allowed);
    if (parsed.kind === "malformed") {
      report("fault", [field], parsed.message, parsed.hint);
      return undefined;
    }
    if (field !== "data" && pointsAtAll(parsed.reference)) {
      report("fault", [field], `"${text}" is the whole body, which is no text`, "name a value in it: json:/pointer");
      return undefined;
    }
    return parsed.reference;
  };
  const type = read("type", source.type ?? placesOf(preset, source).type, TYPE);
  const keys = (source.key === undefined ? placesOf(preset, source).keys : [source.key]).map((key) =>
    read("key", key, KEY)
  );
  const order = source.order === undefined ? undefined : read("order", source.order, KEY);
  const data = read("data", source.data, DATA);
  if (type === undefined || keys.includes(undefined) || (source.order !== undefined && order === undefined)) {
    return undefined;
  }
  if (data?.kind !== "json" && data?.kind !== "body") return undefined;
  return { type, keys: keys.filter((key) => key !== undefined), order, data };
}

function pointsAtAll(reference: Reference): boolean {
  if (reference.kind === "template") return reference.parts.some(pointsAtAll);
  return reference.kind === "json" && reference.pointer === "";
}

function compileTimes(
  config: Config,
  { preset, source, report }: { preset: Preset; source: SourceConfig; report: Report },
): Pick<Route, "windowMs" | "syncDeadlineMs"> {
  const { windowMs, syncDeadlineMs, mode } = source;
  if (windowMs !== undefined && windowMs < preset.retryHorizonMs) {
    const hours = Math.round(preset.retryHorizonMs / 3_600_000);
    report("warning", ["idempotency", "ttl"], `is shorter than the ${hours} h in which this sender repeats events`);
  }
  if (mode === "sync" && syncDeadlineMs !== undefined && syncDeadlineMs > preset.ackDeadlineMs) {
    report("warning", ["sync_deadline"], `is longer than the ${preset.ackDeadlineMs / 1000} s that this sender waits`);
  }
  return {
    windowMs: windowMs ?? Math.max(config.idempotency.ttlMs, preset.retryHorizonMs),
    syncDeadlineMs: syncDeadlineMs ?? Math.min(config.syncDeadlineMs, preset.ackDeadlineMs * DEADLINE_SHARE),
  };
}
