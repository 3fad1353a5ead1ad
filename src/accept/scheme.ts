/**
 * A preset joined with a source's secrets, compiled once: what `verify` runs on each request. The
 * algorithm is bound to the key here, and a content that leaves out the body is visible as such.
 */
import assert from "node:assert/strict";
import { type ImportedKey, importKey, type VerifyKey } from "./key-import.ts";
import type { Preset } from "./presets.ts";
import { parseReference, type Reference, type ReferenceKind } from "./reference.ts";

/** What a signature ties down: the whole body, or nothing of it. */
export type Binding = "body" | "none";

export interface Scheme {
  signature: Preset["signature"];
  /** In the order in which they are signed. */
  content: readonly ContentPart[];
  time: { from: TimePart; toleranceMs: number } | undefined;
  keys: readonly SchemeKey[];
  binding: Binding;
}

/** Where the signed time, in seconds, stands. */
export type TimePart = Extract<Reference, { kind: "header" | "kv" }>;

export type ContentPart = Extract<Reference, { kind: "header" | "kv" | "body" | "literal" }>;

/** `index` is the secret's place in the source's list. */
export type SchemeKey = VerifyKey & { index: number };

/** More than this many secrets are not tried: it bounds the work that an unsigned request can cause. */
export const KEYS_MAX = 8;

export interface CompiledScheme {
  scheme: Scheme;
  /** What came of each secret, in order, for the config check. */
  imports: readonly ImportedKey[];
}

/** Secrets that are no keys are left out; with none left, nothing verifies. */
export function compileScheme(preset: Preset, secrets: readonly string[], toleranceMs: number): CompiledScheme {
  const imports = secrets.slice(0, KEYS_MAX).map((secret) => importKey(secret, preset.key));
  const content = contentOf(preset);
  const scheme: Scheme = {
    signature: preset.signature,
    content,
    time: preset.time === undefined ? undefined : { from: timeOf(preset.time), toleranceMs },
    keys: imports.flatMap((each, index) => (each.kind === "key" ? [{ ...each.key, index }] : [])),
    binding: content.some((part) => part.kind === "body") ? "body" : "none",
  };
  return { scheme, imports };
}

/** Whether the sender's signature covers the value at a reference, so that a captured request cannot change it. */
export function isSigned(reference: Reference, { content, binding }: Pick<Scheme, "content" | "binding">): boolean {
  switch (reference.kind) {
    case "literal":
      return true;
    case "json":
    case "body":
      return binding === "body";
    case "header":
    case "kv":
      return content.some((part) => part.kind === reference.kind && "name" in part && part.name === reference.name);
    case "template":
      return reference.parts.every((part) => isSigned(part, { content, binding }));
    case "query":
      return false;
  }
}

function contentOf(preset: Preset): ContentPart[] {
  const content = parsed(preset.content, ["header", "kv", "body", "template"]);
  return (content.kind === "template" ? content.parts : [content]).map(partOf);
}

function timeOf(text: string): TimePart {
  const part = parsed(text, ["header", "kv"]);
  assert(part.kind === "header" || part.kind === "kv");
  return part;
}

// Presets are our own data: one that does not parse is our bug.
function parsed(text: string, allowed: readonly ReferenceKind[]): Reference {
  const result = parseReference(text, allowed);
  assert(result.kind === "ok", `A preset has the malformed reference "${text}"`);
  return result.reference;
}

function partOf(reference: Reference): ContentPart {
  assert(
    reference.kind === "header" || reference.kind === "kv" || reference.kind === "body" || reference.kind === "literal",
    `A preset signs "${reference.kind}", which is not made of bytes`,
  );
  return reference;
}
