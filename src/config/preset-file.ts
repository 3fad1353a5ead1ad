/** A preset that an operator writes under `presets`: the same data as hookd's own, in the words of hookd.yaml. */
import { type Static, Type } from "typebox";
import { ALGORITHMS, type DeclaredPreset, KEY_FORMS } from "../presets/preset.ts";
import { duration, EXPECTED, ms, reference, text } from "./config-values.ts";

const strict = { additionalProperties: false } as const;

const algorithm = (description: string) => Type.Enum([...ALGORITHMS], { description });
const keyForm = () =>
  Type.Optional(Type.Enum([...KEY_FORMS], { description: "How the secret's text becomes the key" }));
const list = (item: ReturnType<typeof reference>, description: string) =>
  Type.Array(item, { description, errorMessage: `${EXPECTED}a list of references` });

export const PresetFile = Type.Object({
  signature: Type.Object({
    in: list(reference("header:NAME or json:/pointer"), "Where the signature is; absent places are passed over"),
    items: Type.Optional(text("What stands between several signatures", { expected: "a separator" })),
    pair: Type.Optional(text("What stands between a label and its value", { expected: "a separator" })),
    take: Type.Record(Type.String(), algorithm('The algorithm of the signatures with this label; "" without labels'), {
      description: "Which labels carry a signature, and of what kind",
      errorMessage: `${EXPECTED}a mapping of labels to algorithms`,
    }),
    encoding: Type.Enum(["hex", "base64", "base64url", "text"], { description: "text: for tokens only" }),
  }, strict),
  key: Type.Object(
    Object.fromEntries(ALGORITHMS.map((name) => [name, keyForm()])) as Record<
      (typeof ALGORITHMS)[number],
      ReturnType<typeof keyForm>
    >,
    { ...strict, description: "By algorithm" },
  ),
  content: Type.String({ description: "What is signed: text around {header:N}, {kv:N}, {json:/p}, {url}, {body} ..." }),
  optional: Type.Optional(list(reference("A reference"), "Those of the content that may be absent")),
  urls: Type.Optional(Type.Enum(["default-port", "hubspot"], { description: "Further spellings of the URL to try" })),
  body_hash: Type.Optional(reference("Where the body's SHA-256 in hex is, if that is signed in its place")),
  each: Type.Optional(text("A JSON pointer with *: each value there is signed by itself", { expected: "a pointer" })),
  time: Type.Optional(Type.Object({
    in: reference("Where the signed time is"),
    unit: Type.Enum(["s", "ms", "iso"], { description: "Unix seconds, Unix milliseconds, or RFC 3339" }),
  }, strict)),
  tolerance: Type.Optional(duration("How far the time may be off, both ways", { min: "1s", max: "365d" })),
  type: reference("Where the event type is", { fallback: "json:/type" }),
  keys: Type.Array(reference("Where an idempotency key is"), {
    default: [],
    description: "All that are there must agree; none: the body's SHA-256",
    errorMessage: `${EXPECTED}a list of references`,
  }),
  changed_body: Type.Enum(["reject", "duplicate"], { default: "duplicate", description: "Same key, other body" }),
  ack_deadline: duration("How long the sender waits for an answer", { min: "100ms", max: "10m", fallback: "10s" }),
  retry_horizon: duration("How long after the first try the sender may repeat an event", {
    min: "0s",
    max: "365d",
    fallback: "24h",
  }),
  weak: Type.Optional(text("Why this is weak: SHA-1, a token, a body that is not signed", { expected: "a sentence" })),
}, strict);

export type PresetFile = Static<typeof PresetFile>;

export function buildPreset(file: PresetFile): DeclaredPreset {
  const { signature, key, content, optional, urls, body_hash, each, time, tolerance, type, keys, weak } = file;
  const { items, pair, ...place } = signature;
  return {
    signature: { ...place, ...(items !== undefined && { items }), ...(pair !== undefined && { pair }) },
    key: Object.fromEntries(Object.entries(key).filter(([, form]) => form !== undefined)),
    content,
    type,
    keys,
    changedBody: file.changed_body,
    ackDeadlineMs: ms(file.ack_deadline),
    retryHorizonMs: ms(file.retry_horizon),
    ...(optional && { optional }),
    ...(urls && { urls }),
    ...(body_hash !== undefined && { bodyHash: body_hash }),
    ...(each !== undefined && { each }),
    ...(time && { time }),
    ...(tolerance !== undefined && { toleranceMs: ms(tolerance) }),
    ...(weak !== undefined && { weak }),
  };
}
