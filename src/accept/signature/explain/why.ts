/** What a reason code means for this very request, in words: what was looked for, and what was found there. */
import { Buffer } from "node:buffer";
import { headerOf, REPEATED } from "../../headers.ts";
import { parsedBody, textAt } from "../signed-content.ts";
import type { SignatureReason } from "../verdict.ts";
import { VARIED_BYTES_MAX } from "./bodies.ts";
import { type Case, type DeclaredCase, type Finding, signedOf } from "./case.ts";
import { expectedShape, kindOf, placeName, shapeOf } from "./shape.ts";

/** Of any scheme. */
const MEANING: Readonly<Record<SignatureReason, string>> = {
  missing_signature: "There is no signature where this preset has it.",
  malformed_signature: "What stands where the signature should be is none.",
  duplicate_header: "A header that counts came more than once: nobody can say which one was meant.",
  missing_header: "A header that is signed, or that says when it was signed, is missing.",
  malformed_header: "A header that is signed holds what separates it from the next part: it could be cut elsewhere.",
  missing_field: "Something that is signed is missing.",
  malformed_body: "The body is not what this preset signs a part of.",
  missing_url: "This preset signs the URL that the sender sends to, and nobody said which it is: give --url, or set" +
    " `public_url` in hookd.yaml. It is never taken from the Host header, which anybody can write.",
  malformed_timestamp: "The time of signing is not written as this preset has it.",
  timestamp_expired: "It says that it was signed too long ago: it may be one that somebody sends again.",
  timestamp_future: "It says that it was signed in the future.",
  bad_key: "No secret is a key that this signature could be checked with.",
  key_expired: "It was signed with a secret that counts no longer.",
  signature_mismatch: "The signature is well formed, and not that of these bytes under any of the secrets.",
  body_hash_mismatch: "The signature is right and covers a hash of the body; this body has another hash.",
  algorithm_not_allowed: "It is signed with an algorithm that this preset, or this key, does not allow.",
  insufficient_coverage: "The signature is right as far as it goes, and does not cover what it must.",
  wrong_topic: "It is signed, for a topic that is not on the list: any account may have signed it.",
  untrusted_cert_url: "It names a certificate at an address that is not the sender's.",
  key_unavailable: "The key to check it with could not be had. This command fetches none: give it as a secret.",
};

/** `narrow`: the signed thing, where the scheme is data and there is one. */
export function explainWhy(
  of: Case,
  { reason, narrow }: { reason: SignatureReason; narrow: DeclaredCase | undefined },
): Finding[] {
  const which = narrow?.element === undefined ? "" : `Element ${narrow.element}: `;
  const detail = narrow === undefined ? listDetail(of, reason) : DETAILS[reason]?.(narrow);
  return [
    { kind: "why", text: `${which}${MEANING[reason]}${detail === undefined ? "" : ` ${detail}`}` },
    ...lengthFindings(of),
  ];
}

function listDetail({ scheme, preset }: Case, reason: SignatureReason): string | undefined {
  const isList = reason === "missing_field" && scheme.kind === "declared" && "each" in preset;
  return isList
    ? `Each element is signed by itself, and there is none at ${preset.each}, or one is incomplete.`
    : undefined;
}

const DETAILS: Partial<Record<SignatureReason, (of: DeclaredCase) => string | undefined>> = {
  missing_signature: (of) => `Looked for: ${places(of)}.`,
  malformed_signature: formDetail,
  duplicate_header: ({ scheme, request, preset }) => {
    const headers = [...scheme.places, ...scheme.content].filter((part) => part.kind === "header");
    const repeated = headers.find(({ name }) => headerOf(request.headers, name) === REPEATED);
    return repeated && `It is ${placeName(repeated, preset)}.`;
  },
  missing_header: (of) => absent(of, "missing_header"),
  missing_field: (of) => absent(of, "missing_field"),
  malformed_timestamp: timeDetail,
};

function places(of: DeclaredCase): string {
  const { places, signature } = of.scheme;
  const named = places.map((place) => placeName(place, of.preset));
  const shown = named.length > 4 ? [...named.slice(0, 3), `and ${named.length - 3} more`] : named;
  const shape = signature.encoding === "text" ? "" : `, as ${expectedShape(of.scheme)}`;
  return `${shown.join(", ")}${shape}`;
}

function formDetail(of: DeclaredCase): string {
  const { scheme, request } = of;
  const found = scheme.places.flatMap((place) => {
    const value = place.kind === "header"
      ? headerOf(request.headers, place.name)
      : textAt(place, { request, root: () => parsedBody(request), items: [] });
    return typeof value === "string" && value !== "" ? [shapeOf(value, scheme)] : [];
  });
  return `Expected: ${expectedShape(scheme)}. Found: ${found.join(" and ")}.`;
}

function timeDetail(of: DeclaredCase): string | undefined {
  const { time } = of.scheme;
  const signed = signedOf(of);
  const text = time && signed && textAt(time.from, signed);
  if (typeof text !== "string") return undefined;
  const unit = { s: "whole Unix seconds", ms: "whole Unix milliseconds", iso: "a time of RFC 3339" }[time!.unit];
  return `Expected: ${unit}. Found: ${kindOf(text)}.`;
}

/** The first part of the content that is not there. */
function absent(of: DeclaredCase, reason: SignatureReason): string | undefined {
  const signed = signedOf(of);
  const parts = [...of.scheme.content.filter(({ isOptional }) => !isOptional)];
  const missing = parts.find((part) => {
    if (part.kind === "param") return !Object.hasOwn(of.scheme.params, part.name);
    if (signed === undefined || (part.kind !== "header" && part.kind !== "json")) return false;
    const text = textAt(part, signed);
    return typeof text !== "string" && text.reason === reason;
  });
  if (missing === undefined) return undefined;
  return missing.kind === "param"
    ? `It is the setting ${missing.name}, which only you know: give --param ${missing.name}=... or set it under` +
      " `verify.params`."
    : `It is ${placeName(missing, of.preset)}.`;
}

/** The capture itself may be at fault. */
function lengthFindings({ request: { headers, body } }: Case): Finding[] {
  const told = headerOf(headers, "content-length");
  const findings: Finding[] = [];
  if (typeof told === "string" && /^\d{1,15}$/.test(told) && Number(told) !== body.length) {
    findings.push({
      kind: "hint",
      text:
        `The header Content-Length says ${told}, and the captured body has ${body.length} bytes: the capture is not` +
        " what was sent.",
    });
  }
  if (body.length > VARIED_BYTES_MAX) {
    findings.push({ kind: "hint", text: "The body is longer than 8 MB: what it may have been before was not tried." });
  }
  if (Buffer.from(body.buffer, body.byteOffset, body.byteLength).includes(REPLACEMENT)) {
    findings.push({
      kind: "hint",
      text: "The body has U+FFFD in it: bytes that were no UTF-8 were lost before it was captured.",
    });
  }
  return findings;
}

/** U+FFFD in UTF-8. */
const REPLACEMENT = Buffer.from([0xef, 0xbf, 0xbd]);
