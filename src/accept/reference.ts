/**
 * The mini language of hookd.yaml that says where in a request something is: `header:NAME`, `query:NAME`,
 * `json:/pointer`, `json:` (all of it), `body`, `literal:TEXT`, or text around references in braces. Presets have
 * more: `kv:NAME` (a field of the signature), `param:NAME` (of the source's config), `method`, `url`, `form-sorted`,
 * `sha256hex` and `crc32` (of the body). Parsed once, when the config is loaded.
 */
import { pointerSteps } from "../json-pointer.ts";

/** Where a value is. Header names are in lower case; `steps` are the unescaped tokens of the pointer. */
export type Reference =
  | { kind: "header"; name: string }
  | { kind: "query"; name: string }
  | { kind: "json"; pointer: string; steps: readonly string[] }
  | { kind: "body" }
  | { kind: "kv" | "param"; name: string }
  | { kind: Derived }
  | { kind: "literal"; text: string }
  | { kind: "template"; parts: readonly Reference[] };

/** Made of the request as a whole. */
export type Derived = "method" | "url" | "form-sorted" | "sha256hex" | "crc32";

const DERIVED: readonly string[] = ["method", "url", "form-sorted", "sha256hex", "crc32"] satisfies Derived[];

export type ReferenceKind = Reference["kind"];

export type ParsedReference =
  | { kind: "ok"; reference: Reference }
  | { kind: "malformed"; message: string; hint?: string };

const HOW_TO_WRITE: Readonly<Record<Exclude<ReferenceKind, "template">, string>> = {
  header: "header:NAME",
  query: "query:NAME",
  json: "json:/pointer",
  body: "body",
  kv: "kv:NAME",
  param: "param:NAME",
  method: "method",
  url: "url",
  "form-sorted": "form-sorted",
  sha256hex: "sha256hex",
  crc32: "crc32",
  literal: "literal:TEXT",
};

/** RFC 9110 section 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Reads a reference of one of the `allowed` kinds; a template may hold those of them that are not templates. */
export function parseReference(text: string, allowed: readonly ReferenceKind[]): ParsedReference {
  if (!text.includes("{") && !text.includes("}")) return parseSingle(text, allowed);
  if (!allowed.includes("template")) {
    return { kind: "malformed", message: `"${text}" has braces, and no template is possible here` };
  }
  return parseTemplate(text, allowed);
}

function parseTemplate(text: string, allowed: readonly ReferenceKind[]): ParsedReference {
  const parts: Reference[] = [];
  // Split by a group: texts at even places, what stood in braces at odd ones.
  for (const [at, piece] of text.split(/\{([^{}]*)\}/).entries()) {
    if (at % 2 === 1) {
      const parsed = parseSingle(piece, allowed);
      if (parsed.kind === "malformed") return parsed;
      parts.push(parsed.reference);
    } else if (/[{}]/.test(piece)) {
      // Left alone it would be a constant: every event of one type, or a signature over no body at all.
      return { kind: "malformed", message: `"${text}" has a brace without its partner` };
    } else if (piece !== "") parts.push({ kind: "literal", text: piece });
  }
  return { kind: "ok", reference: { kind: "template", parts } };
}

function parseSingle(text: string, allowed: readonly ReferenceKind[]): ParsedReference {
  const colon = text.indexOf(":");
  const kind = colon === -1 ? text : text.slice(0, colon);
  const reference = referenceOf(kind, colon === -1 ? undefined : text.slice(colon + 1));
  if (reference === undefined || !allowed.includes(reference.kind)) {
    const ways = allowed.flatMap((each) => (each === "template" ? [] : [HOW_TO_WRITE[each]])).join(", ");
    const hint = colon === -1 && allowed.includes("literal") ? `for a fixed value write literal:${text}` : undefined;
    return { kind: "malformed", message: `"${text}" is none of ${ways}`, ...(hint !== undefined && { hint }) };
  }
  return { kind: "ok", reference };
}

function referenceOf(kind: string, rest: string | undefined): Reference | undefined {
  if (rest === undefined) {
    if (kind === "body") return { kind };
    return DERIVED.includes(kind) ? { kind: kind as Derived } : undefined;
  }
  switch (kind) {
    case "header":
      return TOKEN.test(rest) ? { kind, name: rest.toLowerCase() } : undefined;
    case "json":
      return isPointer(rest) ? { kind, pointer: rest, steps: pointerSteps(rest) } : undefined;
    case "literal":
      return rest === "" ? undefined : { kind, text: rest };
    case "query":
    case "kv":
    case "param":
      return rest === "" ? undefined : { kind, name: rest };
    default:
      return undefined;
  }
}

/** RFC 6901 section 3. */
function isPointer(text: string): boolean {
  return (text === "" || text.startsWith("/")) && !/~(?![01])/.test(text);
}

/** The value at the pointer, undefined where there is none. Own properties only: no `__proto__`, no `length`. */
export function valueAt(root: unknown, steps: readonly string[]): unknown {
  let value = root;
  for (const step of steps) {
    if (typeof value !== "object" || value === null) return undefined;
    if (Array.isArray(value) && !/^(0|[1-9]\d*)$/.test(step)) return undefined;
    if (!Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  return value;
}

/** What each reference of a template holds so that it makes the type; undefined when it never can. */
export function splitTemplate(
  template: Extract<Reference, { kind: "template" }>,
  type: string,
): { part: Reference; value: string }[] | undefined {
  const parts = template.parts.filter(({ kind }) => kind !== "literal");
  const pattern = template.parts.map((part) =>
    part.kind === "literal" ? part.text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&") : "(.+?)"
  );
  const match = new RegExp(`^${pattern.join("")}$`, "s").exec(type);
  return match === null ? undefined : parts.map((part, index) => ({ part, value: match[index + 1] ?? "" }));
}
