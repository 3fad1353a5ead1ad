/**
 * What is wrong with a preset that an operator wrote. Each fault here is a way in which a verifier has looked right and
 * let everything pass: a brace without its partner signs a constant, a time outside the content is anybody's.
 */
import type { Algorithm, DeclaredPreset, KeyForm } from "../../presets/preset.ts";
import { parseReference, type Reference, type ReferenceKind } from "../reference.ts";
import { CONTENT } from "./scheme.ts";

export interface PresetFault {
  /** Where in the preset, as it is written in hookd.yaml. */
  path: (string | number)[];
  message: string;
}

const SHARED_FORMS: readonly KeyForm[] = ["utf8", "hex", "base64", "whsec"];
const ANY_PUBLIC: readonly KeyForm[] = ["spki", "pem", "public"];
const PUBLIC_FORMS: Partial<Record<Algorithm, readonly KeyForm[]>> = {
  ed25519: ["whpk", "ed25519-hex", ...ANY_PUBLIC],
  "ecdsa-p256": ANY_PUBLIC,
  "ecdsa-p256-raw": ANY_PUBLIC,
  "rsa-sha256": ANY_PUBLIC,
  "rsa-pss-sha512": ANY_PUBLIC,
};

/** All faults; a preset without any can be compiled. */
export function presetFaults(preset: DeclaredPreset): PresetFault[] {
  const faults: PresetFault[] = [];
  const read = (path: (string | number)[], text: string, allowed: readonly ReferenceKind[]): Reference | undefined => {
    const parsed = parseReference(text, allowed);
    if (parsed.kind === "ok") return parsed.reference;
    faults.push({ path, message: parsed.message });
    return undefined;
  };
  const { signature, content, time, bodyHash, type, keys } = preset;
  for (const [index, place] of signature.in.entries()) read(["signature", "in", index], place, ["header", "json"]);
  const signed = content === "" ? undefined : read(["content"], content, CONTENT);
  const parts = signed === undefined ? [] : signed.kind === "template" ? signed.parts : [signed];
  const timeAt = time && read(["time", "in"], time.in, ["header", "kv", "json"]);
  if (bodyHash !== undefined) read(["body_hash"], bodyHash, ["query", "header"]);
  read(["type"], type, ["header", "query", "json", "literal", "template"]);
  for (const [index, key] of keys.entries()) read(["keys", index], key, ["header", "query", "json", "template"]);
  if (faults.length > 0) return faults;
  return [...keyFaults(preset), ...contentFaults(preset, parts), ...timeFaults(parts, timeAt)];
}

function keyFaults({ signature: { take, encoding }, key }: DeclaredPreset): PresetFault[] {
  return Object.entries(take).flatMap(([label, algorithm]) => {
    const at = ["signature", "take", label];
    const form = key[algorithm];
    if ((encoding === "text") !== (algorithm === "token")) {
      return [{ path: ["signature", "encoding"], message: "text is the encoding of a token, and of nothing else" }];
    }
    if (form === undefined) return [{ path: at, message: `has no key form: add key.${algorithm}` }];
    const fitting = PUBLIC_FORMS[algorithm] ?? SHARED_FORMS;
    return fitting.includes(form)
      ? []
      : [{ path: ["key", algorithm], message: `is ${form}, where one of ${fitting.join(", ")} is needed` }];
  });
}

function contentFaults({ content, bodyHash, weak, signature: { take } }: DeclaredPreset, parts: readonly Reference[]) {
  const isToken = Object.values(take).every((algorithm) => algorithm === "token");
  if (content === "" && !isToken) {
    return [{ path: ["content"], message: "is empty: every request would have one signature" }];
  }
  const binds = bodyHash !== undefined || parts.some(({ kind }) => kind === "body");
  if (binds || weak !== undefined) return [];
  return [{
    path: ["content"],
    message: "leaves out {body}: whoever sees one request can send any body; say so in weak",
  }];
}

/** In the content, or in a body that is. */
function timeFaults(parts: readonly Reference[], time: Reference | undefined): PresetFault[] {
  if (time === undefined) return [];
  const isSigned =
    parts.some((part) =>
      part.kind === time.kind && "name" in part && "name" in time ? part.name === time.name : false
    ) || (time.kind === "json" && parts.some((part) => part.kind === "body" || samePointer(part, time)));
  return isSigned ? [] : [{ path: ["time", "in"], message: "is not in the content: an unsigned time is anybody's" }];
}

function samePointer(part: Reference, time: Reference): boolean {
  return part.kind === "json" && time.kind === "json" && part.pointer === time.pointer;
}
