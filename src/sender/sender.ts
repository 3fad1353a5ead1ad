/**
 * A signed mock sender: what `hookd send` is made of, and what a test of your own handlers can use. It builds
 * the request that a source of hookd.yaml accepts, signs the exact bytes and sends them over undici.
 */
import { Buffer } from "node:buffer";
import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import type { Dispatcher, request } from "undici";
import { systemClock } from "../clock.ts";
import type { SourceConfig } from "../config.ts";
import { HookdError, messageOf, systemCode } from "../errors.ts";
import { callersHeaders, type OutgoingEvent, placeEvent } from "./signed-request.ts";
import type { Preset } from "../presets/preset.ts";
import { parsePlace } from "./sender-places.ts";
import { type SenderPreset, senderPreset, sharedKey } from "./sender-presets.ts";
import { signRequest, unsignRequest } from "./sign-request.ts";

export type { OutgoingEvent } from "./signed-request.ts";

const RESPONSE_BYTES_MAX = 16 * 1024 * 1024;

export interface SenderOptions {
  /** Of the source: `http://127.0.0.1:8080/webhooks/events`. */
  url: string;
  /** As hookd.yaml has it for the source; of the preset `standard` with or without its `whsec_`. */
  secret: string;
  /** How to sign: a preset that a shared secret signs for, by name or as data; default hookd. */
  preset?: string | Preset;
  /** Where the source looks for type, key, data and ordering key; what is absent is as the preset has it. */
  source?: Partial<Pick<SourceConfig, "type" | "key" | "data" | "order" | "schema" | "each" | "params">>;
  /** `public_url` of the receiver, for presets that sign the URL; default: that of `url`. */
  publicUrl?: string | undefined;
  /** An undici dispatcher of your own, which `close` leaves open. */
  agent?: Dispatcher;
  /** Most connections at once, from 1; default 128. Ignored with an `agent`. */
  connections?: number;
}

/** A request that is signed and can be sent, more than once if need be. */
export interface SignedRequest {
  /** With the query that the source's references ask for. */
  url: string;
  /** By names in lower case. */
  headers: Record<string, string>;
  /** The very bytes that are signed. */
  body: Uint8Array;
  /** The idempotency key it was given. */
  id: string;
}

export interface PrepareOptions {
  /** Unix time (ms) that is signed and that fills required date-times; default: now. */
  at?: number;
}

export interface DeliverOptions {
  /** Ends the wait for the answer; the receiver may have taken the event all the same. */
  signal?: AbortSignal;
  /** Longest silence while waiting for the answer, in ms, to about a second; default 60 000. */
  timeoutMs?: number;
  /** Sends these pieces instead of `body` while `Content-Length` still tells the body's; for a hostile sender. */
  pieces?: AsyncIterable<Uint8Array>;
}

/** What the receiver answered. */
export interface Answer {
  status: number;
  /** By names in lower case. */
  headers: Record<string, string | string[] | undefined>;
  /** Parsed where the answer says that it is JSON; else text. */
  body: unknown;
  /** From the start of sending to the last byte of the answer, connecting included. */
  latencyMs: number;
}

/**
 * Makes a sender for one source. Throws `ERR_USAGE` for an unknown preset, a bad URL or an unusable secret.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { createSender } from "hookd/testing";
 *
 * const sender = createSender({
 *   url: "http://127.0.0.1:8080/webhooks/users",
 *   secret: "the secret of this source",
 *   source: { type: "users.{json:/action}" }, // as in hookd.yaml
 * });
 * const event = { type: "users.created", data: { user_id: "u1" }, key: "signup-u1" };
 * const first = await sender.send(event);
 * const again = await sender.send(event);
 * await sender.close();
 *
 * assert.equal(first.status, 200);
 * assert.deepEqual((first.body as { result: unknown }).result, { status: "user_created" });
 * assert.equal((again.body as { status: string }).status, "already_processed");
 * ```
 */
export function createSender(options: SenderOptions): Sender {
  return new Sender(options);
}

/** What undici does for a sender. */
interface Wire {
  request: typeof request;
  dispatcher: Dispatcher;
}

/** Sends to one source, one event or many at once. Owns its connections; close it. */
export class Sender {
  readonly #preset: SenderPreset;
  readonly #options: SenderOptions;
  /** Opened with the first request: who only prepares one, to show it, does not load undici. */
  #wire: Promise<Wire> | undefined;

  constructor(options: SenderOptions) {
    if (!/^https?:$/.test(URL.canParse(options.url) ? new URL(options.url).protocol : "")) {
      throw new HookdError("ERR_USAGE", `Cannot send to "${options.url}": it is no http or https URL`);
    }
    this.#options = options;
    this.#preset = senderPreset(options.preset ?? "hookd");
    sharedKey(this.#preset, options.secret);
  }

  /** Builds and signs the request, and sends nothing. Throws `ERR_USAGE` when the event does not fit the source. */
  prepare(event: OutgoingEvent, options: PrepareOptions = {}): SignedRequest {
    const { source = {}, secret, publicUrl } = this.#options;
    const at = options.at ?? systemClock.now();
    const id = event.key ?? randomUUID();
    const recipe = {
      type: source.type ?? this.#preset.type,
      // Of several, the last is the older spelling, which every receiver knows.
      key: source.key ?? this.#preset.keys.at(-1),
      data: source.data ?? "json:",
      order: source.order,
      schema: source.schema,
    };
    const { headers, query, body } = placeEvent({ ...event, id }, recipe, new Date(at));
    const url = new URL(this.#options.url);
    for (const [name, value] of query) url.searchParams.set(name, value);
    const callers = callersHeaders(event.headers);
    const draft = {
      url: url.href,
      headers: { ...headers, ...callers },
      body: asList(body, source.each ?? this.#preset.events),
    };
    const signed = signRequest(this.#preset, draft, { secret, id, at, publicUrl, params: source.params ?? {} });
    return { ...signed, headers: { ...signed.headers, ...callers }, id };
  }

  /** The same request without its signature. */
  unsign(request: SignedRequest): SignedRequest {
    return { ...request, ...unsignRequest(this.#preset, request) };
  }

  /** Sends it. Rejects with `ERR_SEND_FAILED` when no answer came; any status is an answer. */
  async deliver(request: SignedRequest, options: DeliverOptions = {}): Promise<Answer> {
    const { signal, timeoutMs = 60_000, pieces } = options;
    const { request: post, dispatcher } = await (this.#wire ??= this.#connect());
    const started = performance.now();
    try {
      const { statusCode: status, headers, body } = await post(request.url, {
        dispatcher,
        method: "POST",
        headers: { ...request.headers, "content-length": String(request.body.byteLength) },
        body: pieces === undefined ? request.body : Readable.from(pieces),
        signal: signal ?? null,
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
      });
      const text = await body.text();
      return {
        status,
        headers,
        body: parseBody(headers["content-type"], text),
        latencyMs: performance.now() - started,
      };
    } catch (cause) {
      throw new HookdError("ERR_SEND_FAILED", `Sent POST ${request.url} and got no answer: ${reasonOf(cause)}`, {
        cause,
      });
    }
  }

  /** Builds, signs and sends one event. Throws what `prepare` throws, and rejects as `deliver` does. */
  async send(event: OutgoingEvent, options: PrepareOptions & DeliverOptions = {}): Promise<Answer> {
    return await this.deliver(this.prepare(event, options), options);
  }

  /** Closes idle connections at once and the others after their answers. */
  async close(): Promise<void> {
    if (this.#options.agent === undefined) await (await this.#wire)?.dispatcher.close();
  }

  async #connect(): Promise<Wire> {
    const { agent, connections = 128 } = this.#options;
    const { Agent, request } = await import("undici");
    const options = { connections, maxResponseSize: RESPONSE_BYTES_MAX, connect: { timeout: 10_000 } };
    return { request, dispatcher: agent ?? new Agent(options) };
  }
}

/** The event as the only one of the list that its senders send; its bytes stay as they are. */
function asList(event: Uint8Array, reference: string | undefined): Uint8Array {
  const place = reference === undefined ? undefined : parsePlace(reference);
  if (place?.kind !== "json") return event;
  const before = place.pointer.map((name) => `{${JSON.stringify(name)}:`).join("");
  return Buffer.concat([Buffer.from(`${before}[`), event, Buffer.from(`]${"}".repeat(place.pointer.length)}`)]);
}

function parseBody(contentType: string | string[] | undefined, text: string): unknown {
  if (!/^application\/([\w.-]+\+)?json\b/i.test(String(contentType))) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A refused connection comes as an AggregateError with an empty message and a code. */
function reasonOf(cause: unknown): string {
  return messageOf(cause) || systemCode(cause) || "the connection failed";
}
