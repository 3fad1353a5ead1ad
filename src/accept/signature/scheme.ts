/**
 * A preset joined with a source's secrets, compiled once: what `verify` runs on each request. The
 * algorithm is bound to the key here, and a content that leaves out the body is visible as such.
 */
import assert from "node:assert/strict";
import { pointerSteps } from "../../json-pointer.ts";
import type { UnixMs } from "../../model.ts";
import type { CodedPreset, DeclaredPreset, Preset } from "../../presets/preset.ts";
import { parseReference, type Reference, type ReferenceKind } from "../reference.ts";
import { type CodedNeeds, codedVerifier, type FetchText } from "./coded.ts";
import { type ImportedKey, importKey, type VerifyKey } from "./key-import.ts";
import { plainMac, type Shortcut } from "./plain-mac.ts";
import type { VerifyCode } from "./verdict.ts";

/** What a signature ties down: the whole body, some of what it says, or nothing of it. */
export type Binding = "body" | "fields" | "none";

export interface DeclaredScheme {
  kind: "declared";
  signature: DeclaredPreset["signature"];
  /** Where signatures are looked for. */
  places: readonly Reference[];
  /** In the order in which they are signed. */
  content: readonly ContentPart[];
  urls: DeclaredPreset["urls"];
  /** Where the body's hash is, that the content signs in the body's place. */
  bodyHash: Reference | undefined;
  /** Steps of a JSON pointer; `*` is each element. */
  each: readonly string[] | undefined;
  time: { from: Reference; unit: "s" | "ms" | "iso"; toleranceMs: number } | undefined;
  keys: readonly SchemeKey[];
  binding: Binding;
  params: Readonly<Record<string, string>>;
  /** For a scheme as simple as most are. */
  shortcut: Shortcut | undefined;
}

export interface CodedScheme {
  kind: "coded";
  verify: VerifyCode;
  keys: readonly SchemeKey[];
  binding: Binding;
  /** What is signed besides a body that is bound. */
  content: readonly Reference[];
}

export type Scheme = DeclaredScheme | CodedScheme;

/** `isOptional`: absent, it counts as empty text. */
export type ContentPart = Reference & { isOptional: boolean };

/** `index` is the secret's place in the source's list; `notAfter` when it stops to count. */
export type SchemeKey = VerifyKey & { index: number; notAfter?: UnixMs | undefined };

/** More than this many secrets are not tried: it bounds the work that an unsigned request can cause. */
export const KEYS_MAX = 8;

export interface SchemeOptions {
  secrets: readonly string[];
  /** By place in the list: until when a secret counts; undefined for one that always does. */
  notAfter?: readonly (UnixMs | undefined)[];
  /** Undefined: the preset's. */
  toleranceMs: number | undefined;
  /** Of the source's config, for presets that sign what only the operator knows. */
  params?: Readonly<Record<string, string>>;
  /** For schemes whose keys are published: without it only secrets count. */
  fetchText?: FetchText | undefined;
}

export interface CompiledScheme {
  scheme: Scheme;
  /** What came of each secret, in order, for the config check. */
  imports: readonly ImportedKey[];
}

/** Where neither the source nor the preset says. */
const TOLERANCE_MS = 300_000;

/** Secrets that are no keys are left out; with none left, nothing verifies. */
export function compileScheme(preset: Preset, options: SchemeOptions): CompiledScheme {
  const imports = options.secrets.slice(0, KEYS_MAX).map((secret) => importKey(secret, preset.key));
  const keys = imports.flatMap((each, index) => (
    each.kind === "key" ? [{ ...each.key, index, notAfter: options.notAfter?.[index] }] : []
  ));
  const toleranceMs = options.toleranceMs ?? preset.toleranceMs ?? TOLERANCE_MS;
  const params = snakeCased(options.params ?? {});
  const scheme = "code" in preset
    ? codedScheme(preset, { keys, toleranceMs, params, fetchText: options.fetchText })
    : declaredScheme(preset, { keys, toleranceMs, params });
  return { scheme, imports };
}

/** As hookd.yaml writes them; a request that was captured elsewhere may say `webhookId`. */
function snakeCased(params: Readonly<Record<string, string>>): Record<string, string> {
  const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [snake(name), value]));
}

interface Compiling {
  keys: readonly SchemeKey[];
  toleranceMs: number;
  params: Readonly<Record<string, string>>;
}

function codedScheme(preset: CodedPreset, needs: CodedNeeds): CodedScheme {
  const { signs, ...verifier } = codedVerifier(preset.code, needs);
  const content = signs.map((reference) => parsed(reference, ["header", "json"]));
  return { kind: "coded", keys: needs.keys, ...verifier, content };
}

function declaredScheme(preset: DeclaredPreset, { keys, toleranceMs, params }: Compiling): DeclaredScheme {
  const { signature, urls, each, time, bodyHash } = preset;
  const content = contentOf(preset);
  const scheme: Omit<DeclaredScheme, "shortcut"> = {
    kind: "declared",
    signature,
    places: signature.in.map((place) => parsed(place, ["header", "json"])),
    content,
    urls,
    bodyHash: bodyHash === undefined ? undefined : parsed(bodyHash, ["query", "header"]),
    each: each === undefined ? undefined : pointerSteps(each),
    time: time && { from: parsed(time.in, ["header", "kv", "json"]), unit: time.unit, toleranceMs },
    keys,
    binding: bindingOf(preset, content),
    params,
  };
  return { ...scheme, shortcut: plainMac(scheme) };
}

function bindingOf({ signature, bodyHash }: DeclaredPreset, content: readonly ContentPart[]): Binding {
  if (bodyHash !== undefined || content.some(({ kind }) => kind === "body")) return "body";
  return Object.values(signature.take).includes("token") ? "none" : "fields";
}

/** Whether the sender's signature covers the value at a reference, so that a captured request cannot change it. */
export function isSigned(reference: Reference, scheme: Scheme): boolean {
  const { binding } = scheme;
  const content: readonly Reference[] = scheme.content;
  switch (reference.kind) {
    case "literal":
      return true;
    case "json":
      return binding === "body" || content.some((part) => part.kind === "json" && part.pointer === reference.pointer);
    case "body":
      return binding === "body";
    case "header":
    case "kv":
      return content.some((part) => part.kind === reference.kind && "name" in part && part.name === reference.name);
    case "template":
      return reference.parts.every((part) => isSigned(part, scheme));
    default:
      return false;
  }
}

/** What the content of a signature may be made of. */
export const CONTENT: readonly ReferenceKind[] = [
  "header",
  "kv",
  "json",
  "body",
  "param",
  "method",
  "url",
  "form-sorted",
  "sha256hex",
  "crc32",
  "template",
];

function contentOf({ content, optional = [] }: DeclaredPreset): ContentPart[] {
  if (content === "") return [];
  const reference = parsed(content, CONTENT);
  const parts = reference.kind === "template" ? reference.parts : [reference];
  return parts.map((part) => {
    const text = "name" in part ? `${part.kind}:${part.name}` : "pointer" in part ? `json:${part.pointer}` : part.kind;
    return { ...part, isOptional: optional.includes(text) };
  });
}

// Presets are our own data: one that does not parse is our bug.
function parsed(text: string, allowed: readonly ReferenceKind[]): Reference {
  const result = parseReference(text, allowed);
  assert(result.kind === "ok", `A preset has the malformed reference "${text}"`);
  return result.reference;
}
