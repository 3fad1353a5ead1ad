/**
 * Which single slip, or which two, would explain a signature that is not right. Whether the secret is another one or
 * the body was altered cannot be told from a signature; but where undoing a common slip makes it right, that was it.
 */
import { Buffer } from "node:buffer";
import { parsedBody, type Signed, textAt } from "../signed-content.ts";
import type { SignatureReason } from "../verdict.ts";
import type { DeclaredCase, Finding } from "./case.ts";
import { contentTries, type ContentTry } from "./contents.ts";
import { keyTries, type KeyTry } from "./keys.ts";
import { type Making, makingsFor, type Seek, seekBytes, seekToken, seekVerified, type Spelling } from "./seek.ts";
import { encodingName, expectedShape, placeName } from "./shape.ts";

/** One way in which the signature might have come about. */
interface Attempt {
  content: ContentTry;
  key: KeyTry;
  making: Making | undefined;
  /** How many slips it takes. */
  slips: number;
}

/** Each attempt hashes the body: above this, two slips at once are not tried. */
const BODY_BYTES_FOR_PAIRS = 1024 * 1024;

/** The fewest slips under which the signature is right; undefined: none that are known. `reason`: why it is not now. */
export function findCause(of: DeclaredCase, reason: SignatureReason): Finding | undefined {
  const places = placesOf(of);
  for (const attempt of attempts(of)) {
    for (const content of attempt.content.contents) {
      const seek = seekOf(attempt, content);
      for (const place of places) {
        const spelling = seek(place.text);
        if (spelling !== undefined) return told({ of, reason, attempt, place, spelling });
      }
    }
  }
  return shownSecret(of, places);
}

/** A sender that shows the secret instead of signing with it. */
function shownSecret({ secrets }: DeclaredCase, places: readonly Place[]): Finding | undefined {
  const seeks = secrets.filter((secret) => secret !== "").map((secret) => seekToken(Buffer.from(secret)));
  const place = places.find(({ text }) => seeks.some((seek) => seek(text) !== undefined));
  return place && {
    kind: "cause",
    text: `The secret itself stands in ${place.name}: its sender shows it as a token, and signs nothing.`,
  };
}

function attempts(of: DeclaredCase): Attempt[] {
  const keys = keyTries(of);
  const all = contentTries(of).flatMap((content) =>
    keys.flatMap((key) => {
      const makings = makingsFor(key.key.algorithm);
      return (makings.length === 0 ? [undefined] : makings).map((making): Attempt => ({
        content,
        key,
        making,
        slips: [content.clause, key.clause, making?.clause ?? ""].filter((clause) => clause !== "").length,
      }));
    })
  );
  const most = of.body.length > BODY_BYTES_FOR_PAIRS ? 1 : 2;
  return all.filter(({ slips }) => slips <= most).sort((a, b) => a.slips - b.slips);
}

function seekOf({ key: { key }, making }: Attempt, content: readonly Uint8Array[]): Seek {
  if (!("secret" in key)) return seekVerified(key, content);
  return making === undefined ? seekToken(key.secret) : seekBytes(making.make(key.secret, content));
}

interface Place {
  /** Follows "in" and goes before "held". */
  name: string;
  text: string;
  /** Where the preset has its signature. */
  isProper: boolean;
}

/** Where the preset looks first, then every other header. */
function placesOf({ scheme, request, preset }: DeclaredCase): Place[] {
  const signed: Signed = { request, root: () => parsedBody(request), items: [] };
  const proper = scheme.places.flatMap((place) => {
    const found = place.kind === "header" ? valuesOf(request.headers, place.name) : [textAt(place, signed)];
    const texts = found.filter((text) => typeof text === "string");
    return texts.map((text): Place => ({ name: placeName(place, preset), text, isProper: true }));
  });
  const known = new Set(scheme.places.flatMap((place) => (place.kind === "header" ? [place.name] : [])));
  const others = request.headers.flatMap((name, at): Place[] =>
    at % 2 === 0 && !known.has(name.toLowerCase())
      ? [{ name: `the header ${name}`, text: request.headers[at + 1] ?? "", isProper: false }]
      : []
  );
  return [...proper, ...others];
}

function valuesOf(headers: readonly string[], name: string): string[] {
  return headers.filter((_, at) => at % 2 === 1 && headers[at - 1]!.toLowerCase() === name);
}

interface Match {
  of: DeclaredCase;
  reason: SignatureReason;
  attempt: Attempt;
  place: Place;
  spelling: Spelling;
}

function told({ of, reason, attempt, place, spelling }: Match): Finding {
  const { content, key, making } = attempt;
  const { encoding } = of.scheme.signature;
  const clauses = [
    content.clause,
    key.clause,
    making?.clause ?? "",
    place.isProper ? "" : `hookd looked for it in ${place.name}`,
    spelling.encoding === encoding
      ? ""
      : `hookd expected ${encodingName(spelling.encoding)} (this preset has ${encodingName(encoding)})`,
    spelling.clause ?? "",
  ].filter((clause) => clause !== "");
  if (clauses.length === 0) clauses.push(...formClauses(of, { reason, place }));
  const whose = of.secrets.length > 1 ? ` It is by secret ${key.index}.` : "";
  if (clauses.length === 0) return { kind: "cause", text: `The signature itself is right.${whose}` };
  const advice = content.advice === undefined ? "" : ` ${content.advice}`;
  return { kind: "cause", text: `The signature would be right if ${clauses.join(", and ")}.${whose}${advice}` };
}

/** The right signature is there, in the right place and spelling: then it is what stands around it. */
function formClauses(
  { scheme }: DeclaredCase,
  { reason, place }: { reason: SignatureReason; place: Place },
): string[] {
  if (reason === "duplicate_header") return [`${place.name} came once`];
  const isForm = reason === "malformed_signature" || reason === "signature_mismatch" || reason === "bad_key";
  return isForm ? [`${place.name} held ${expectedShape(scheme)}, and nothing else`] : [];
}
