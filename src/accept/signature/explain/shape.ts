/** What a signature's value looks like and should look like, without a character of what is secret about it. */
import type { Preset, SignaturePlace } from "../../../presets/preset.ts";
import type { Reference } from "../../reference.ts";
import type { DeclaredScheme } from "../scheme.ts";

const NAMES: Readonly<Record<SignaturePlace["encoding"], string>> = {
  hex: "hex",
  base64: "Base64",
  base64url: "Base64 for URLs",
  text: "the token",
};

/** `t=<t>,v1=<hex>` */
export function expectedShape({ signature, content }: DeclaredScheme): string {
  const { take, pair = "", items = "", encoding } = signature;
  const value = `<${NAMES[encoding]}>`;
  const fields = content.flatMap((part) => part.kind === "kv" ? [`${part.name}${pair}<${part.name}>`] : []);
  const [signed = "", ...others] = Object.keys(take).map((label) => `${label}${label === "" ? "" : pair}${value}`);
  return [[...fields, signed].join(items), ...others].join(" or ");
}

export function encodingName(encoding: SignaturePlace["encoding"]): string {
  return NAMES[encoding];
}

/** The header as the preset spells it, or the place in the body. */
export function placeName(place: Reference, preset: Preset): string {
  if (place.kind === "json") return `${place.pointer} of the body`;
  if (place.kind !== "header") return place.kind;
  const written = "code" in preset ? [] : [...preset.signature.in, preset.content];
  const [, name = place.name] = new RegExp(`header:(${place.name.replaceAll(/[^a-z0-9-]/g, "\\$&")})(?:\\}|$)`, "i")
    .exec(written.join("}")) ?? [];
  return `the header ${name}`;
}

/** So many items are shown; a header may hold thousands. */
const ITEMS_SHOWN = 6;

/** The same of a value that came: labels stand as they are, values as their kind and length. */
export function shapeOf(value: string, { signature }: DeclaredScheme): string {
  if (value === "") return "nothing";
  if (signature.encoding === "text") return kindOf(value);
  const items = value.split(signature.items ?? /, */);
  const shown = items.slice(0, ITEMS_SHOWN).map((item) => {
    const [, label, rest = ""] = /^([A-Za-z][A-Za-z0-9]{0,7}[=,])(.*)$/s.exec(item) ?? [];
    return label === undefined ? kindOf(item) : `${label}${kindOf(rest)}`;
  });
  const more = items.length - shown.length;
  return shown.join(signature.items ?? ", ") + (more > 0 ? ` and ${more} more` : "");
}

/** Of what kind a text is, and how long. */
export function kindOf(text: string): string {
  if (text === "") return "<nothing>";
  if (/^\d{1,16}$/.test(text)) return `<${text.length} digits>`;
  const count = `${text.length} character${text.length === 1 ? "" : "s"}`;
  if (text.length < 16) return `<${count}>`;
  if (/^[0-9a-f]+$/i.test(text)) return `<${text.length} hex digits>`;
  if (/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return `<${count} of Base64>`;
  return /^[A-Za-z0-9_-]+={0,2}$/.test(text) ? `<${count} of Base64 for URLs>` : `<${count}>`;
}
