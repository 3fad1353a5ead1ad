/**
 * CloudEvents 1.0 in their three forms, all brought into one, the binary: attributes are `ce-` headers, the body is
 * the data, byte for byte. So a handler need not know in which form its event came.
 */
import { decodeAttribute, encodeAttribute } from "./cloud-event-attribute.ts";
import { pointerStep } from "../json-pointer.ts";
import type { RawHeaders } from "../model.ts";
import type { Violation } from "../problem-body.ts";
import { headerOf, REPEATED } from "./headers.ts";
import { elementSlices, sliceAt } from "./json-slices.ts";
import { listFault, type Piece, type Unwrapped } from "./lists.ts";
import { type Refusal, refuse } from "./problem.ts";
import { jsonOf, type Received } from "./received.ts";
import { decodeBase64 } from "./signature/decode.ts";

const REQUIRED = ["specversion", "id", "source", "type"];

/** The events of a request; a batch only where it can be answered as one. */
export function cloudEvents(received: Received, takesBatches: boolean): Unwrapped | Refusal {
  const contentType = headerOf(received.headers, "content-type");
  if (contentType === REPEATED) return refuse("repeated_value", "The header content-type was sent more than once");
  const [media = ""] = (contentType ?? "").toLowerCase().split(";");
  switch (media.trim()) {
    case "application/cloudevents+json":
      return structured(received);
    case "application/cloudevents-batch+json":
      return takesBatches ? batch(received) : otherFormat("Batches of CloudEvents are not taken");
    default:
      return media.startsWith("application/cloudevents")
        ? otherFormat("A CloudEvent is taken in binary mode or as JSON")
        : binary(received);
  }
}

function otherFormat(detail: string): Refusal {
  return refuse("unsupported_encoding", detail, {
    reason: "unsupported_format",
    headers: { Accept: "application/cloudevents+json" },
  });
}

function binary(received: Received): Unwrapped | Refusal {
  const { headers } = received;
  const names = headers.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase()).filter(isAttribute);
  const errors: Violation[] = [];
  for (const name of new Set([...REQUIRED.map((each) => `ce-${each}`), ...names])) {
    const value = headerOf(headers, name);
    if (value === REPEATED) return refuse("repeated_value", `The header ${name} was sent more than once`);
    const message = value === undefined || value === ""
      ? "is required"
      : faultOf(name.slice(3), decodeAttribute(value));
    if (message !== undefined) errors.push({ path: name, message });
  }
  const piece: Piece = { received: { ...received, isCloudEvent: true }, at: "" };
  if (errors.length === 0 && isEnvelope(received)) {
    errors.push({ path: "", message: "is the structured form, which its content type has to say" });
  }
  return errors.length > 0 ? noCloudEvent(errors) : { kind: "unwrapped", pieces: [piece], isList: false };
}

/**
 * Whether the body is an event in structured form. Most signatures leave out the headers: a captured one, sent again
 * as the data of a binary event, would let anybody choose its type.
 */
function isEnvelope(received: Received): boolean {
  const parsed = jsonOf(received);
  if (parsed.kind === "refused") return false;
  const first: unknown = Array.isArray(parsed.value) ? parsed.value[0] : parsed.value;
  return typeof first === "object" && first !== null && REQUIRED.every((name) => Object.hasOwn(first, name));
}

function isAttribute(name: string): boolean {
  return name.startsWith("ce-");
}

function structured(received: Received): Unwrapped | Refusal {
  const parsed = jsonOf(received);
  if (parsed.kind === "refused") return parsed;
  const { piece, errors } = toBinary(received, { value: parsed.value, json: received.body, at: "" });
  return errors.length > 0 ? noCloudEvent(errors) : { kind: "unwrapped", pieces: [piece], isList: false };
}

function batch(received: Received): Unwrapped | Refusal {
  const parsed = jsonOf(received);
  if (parsed.kind === "refused") return parsed;
  const fault = listFault(parsed.value, "");
  if (fault !== undefined) return fault;
  const slices = elementSlices(received.body);
  const all = (parsed.value as unknown[]).map((value, index) =>
    toBinary(received, { value, json: slices[index]!, at: `/${index}` })
  );
  const errors = all.flatMap((each) => each.errors);
  if (errors.length > 0) return noCloudEvent(errors, all.length);
  return { kind: "unwrapped", pieces: all.map(({ piece }) => piece), isList: true };
}

function noCloudEvent(errors: readonly Violation[], events = 1): Refusal {
  const [{ path, message }] = errors as [Violation];
  return refuse("schema_violation", `This is no CloudEvent of version 1.0: ${path || "the body"} ${message}`, {
    errors,
    events,
  });
}

/** A CloudEvent as JSON. */
interface Json {
  value: unknown;
  json: Uint8Array;
  at: string;
}

/** With errors, the piece is of no use. */
function toBinary(received: Received, { value, json, at }: Json): { piece: Piece; errors: Violation[] } {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  const { data, data_base64: base64, ...attributes } = (isObject ? value : {}) as Record<string, unknown>;
  const errors: Violation[] = isObject ? [] : [{ path: at, message: "must be object" }];
  const headers: string[] = [];
  for (const name of new Set([...REQUIRED, ...Object.keys(attributes)])) {
    const attribute = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
    // JSON format 1.0, section 2.2: null is unset.
    const isUnset = attribute === undefined || attribute === null;
    if (isUnset && !REQUIRED.includes(name)) continue;
    const text = isUnset ? undefined : attributeText(attribute);
    const message = isUnset ? "is required" : faultOf(name, text);
    if (message !== undefined) errors.push({ path: `${at}/${pointerStep(name)}`, message });
    else if (name !== "datacontenttype") headers.push(`ce-${name}`, encodeAttribute(text!));
  }
  const contentType = attributeText(attributes["datacontenttype"]) ?? "application/json";
  const body = base64 === undefined || base64 === null
    ? dataBytes(data, { json, contentType })
    : typeof base64 === "string"
    ? decodeBase64(base64)
    : undefined;
  const both = data !== undefined && base64 !== undefined;
  if (body === undefined || both) errors.push({ path: `${at}/data_base64`, message: "must be Base64, without data" });
  const piece: Piece = {
    received: {
      query: received.query,
      depthMax: received.depthMax,
      headers: [...withoutAttributes(received.headers), "Content-Type", contentType, ...headers],
      body: body ?? json,
      isCloudEvent: true,
    },
    at,
  };
  return { piece, errors };
}

/** Text, a whole number or a boolean, as its text. */
function attributeText(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return typeof value === "boolean" || Number.isSafeInteger(value) ? String(value) : undefined;
}

/** What is wrong with an attribute's name or text. */
function faultOf(name: string, text: string | undefined): string | undefined {
  if (!/^[a-z0-9]{1,64}$/.test(name)) return "is no name of an attribute: lower-case letters and digits";
  if (text === undefined) return "must be text, a whole number or a boolean";
  if (/\p{Cs}/u.test(text)) return "has half characters";
  if (name === "specversion") return text === "1.0" ? undefined : 'must be "1.0"';
  if (name === "datacontenttype") return /^[\x21-\x7e][\x20-\x7e]*$/.test(text) ? undefined : "must be a media type";
  return text === "" && REQUIRED.includes(name) ? "is required" : undefined;
}

/** JSON as it stands there; of another type, a text is the data itself. */
function dataBytes(
  data: unknown,
  { json, contentType }: { json: Uint8Array; contentType: string },
): Uint8Array | undefined {
  const isText = typeof data === "string" && !/^[^;]*[/+]json\s*(;|$)/i.test(contentType);
  if (isText) return new TextEncoder().encode(data);
  return sliceAt(json, ["data"]) ?? new Uint8Array();
}

/** What the envelope says counts, and not what somebody wrote beside it. */
function withoutAttributes(headers: RawHeaders): string[] {
  return headers.filter((_, at) => {
    const name = headers[at - (at % 2)]!.toLowerCase();
    return !isAttribute(name) && name !== "content-type";
  });
}
