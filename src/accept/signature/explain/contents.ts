/** What may have been signed in place of what hookd takes for it: other bodies, URLs, times, or the body alone. */
import { Buffer } from "node:buffer";
import { type Item, parsedBody, type Signed, signedContents, textAt } from "../signed-content.ts";
import { parseTime } from "../signed-time.ts";
import { bodyVariations, type Variation } from "./bodies.ts";
import { type DeclaredCase, signedOf } from "./case.ts";
import { urlVariations } from "./urls.ts";

export interface ContentTry {
  /** One for each spelling of the URL that the preset allows. */
  contents: readonly (readonly Uint8Array[])[];
  /** Ends "The signature would be right if ..."; "" for what hookd takes. */
  clause: string;
  advice?: string;
}

/** What hookd takes comes first, where it can be put together at all. */
export function contentTries(of: DeclaredCase): ContentTry[] {
  const { request, scheme, target } = of;
  const signed = signedOf(of) ?? { request, root: () => parsedBody(request), items: [] };
  const kinds = new Set(scheme.content.map(({ kind }) => kind));
  if (kinds.size === 0) return [{ contents: [[]], clause: "" }];
  const tries: (Omit<ContentTry, "contents"> & { signed: Signed })[] = [{ signed, clause: "" }];
  if (["body", "sha256hex", "crc32", "form-sorted"].some((kind) => kinds.has(kind as "body"))) {
    tries.push(
      ...bodyVariations(request.body).map(({ value: body, ...words }) => ({
        ...words,
        signed: anew(signed, { body }),
      })),
    );
  }
  if (kinds.has("url")) {
    tries.push(
      ...urlVariations(request, target).map(({ value: url, ...words }) => ({
        ...words,
        signed: anew(signed, { url }),
      })),
    );
  }
  if (kinds.has("method")) {
    tries.push(
      ...methodVariations(request.method).map(({ value: method, clause }) => (
        { clause, signed: anew(signed, { method }) }
      )),
    );
  }
  tries.push(...timeTries(of, signed));
  const made = tries.flatMap(({ signed, ...words }) => {
    const contents = signedContents(scheme, signed);
    return typeof contents === "string" ? [] : [{ ...words, contents }];
  });
  if (kinds.size > 1) {
    made.push({
      contents: [[request.body]],
      clause: "the body alone were signed, and not what this preset has around it",
    });
  }
  return made;
}

export function methodVariations(method: string): Variation<string>[] {
  return ["POST", "PUT", "PATCH", "GET", "DELETE"].filter((other) => other !== method)
    .map((value) => ({ value, clause: `the method were ${value}` }));
}

/** The same signed thing in another request; what was parsed of the body stays, for elements that are signed alone. */
function anew(signed: Signed, changed: Partial<Signed["request"]>): Signed {
  return { ...signed, request: { ...signed.request, ...changed } };
}

function timeTries({ scheme }: DeclaredCase, signed: Signed): (Omit<ContentTry, "contents"> & { signed: Signed })[] {
  const from = scheme.time?.from;
  if (from?.kind !== "header" && from?.kind !== "kv") return [];
  const text = textAt(from, signed);
  if (typeof text !== "string") return [];
  return timeSpellings(text).map(({ value, clause }) => ({
    clause,
    signed: from.kind === "kv"
      ? { ...signed, items: signed.items.map((item): Item => (item.label === from.name ? { ...item, value } : item)) }
      : anew(signed, { headers: withHeader(signed.request.headers, from.name, value) }),
  }));
}

function timeSpellings(text: string): { value: string; clause: string }[] {
  if (/^\d{12,16}$/.test(text)) return [{ value: text.slice(0, -3), clause: "the time were signed in seconds" }];
  if (/^\d{1,11}$/.test(text)) return [{ value: `${text}000`, clause: "the time were signed in milliseconds" }];
  const at = parseTime(text, "iso");
  return at === undefined
    ? []
    : [{ value: String(Math.floor(at / 1000)), clause: "the time were signed as Unix seconds" }];
}

function withHeader(headers: readonly string[], name: string, value: string): string[] {
  return headers.map((text, at) => (at % 2 === 1 && headers[at - 1]!.toLowerCase() === name ? value : text));
}

/** All bytes of a content, for its length and its fingerprint. */
export function joined(content: readonly Uint8Array[]): Buffer {
  return Buffer.concat(content);
}
