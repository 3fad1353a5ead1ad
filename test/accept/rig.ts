/** The accept room behind a real listener, with a clock, a store and handlers that a test owns. */
import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";
import { type IncomingHttpHeaders, request as httpRequest } from "node:http";
import { connect, type Socket } from "node:net";
import { createAccept } from "../../src/accept/accept.ts";
import { Awaited } from "../../src/accept/awaited.ts";
import { PublicListener } from "../../src/accept/listener.ts";
import { compileRoutes } from "../../src/accept/routes.ts";
import type { Config } from "../../src/config.ts";
import { publicApi } from "../../src/daemon/public-api.ts";
import type { Decision } from "../../src/model.ts";
import type { HandlerEntry, Signal } from "../../src/ports.ts";
import { openApiDocument } from "../../src/watch/openapi-document.ts";
import { assertDocumented, documentOrigins } from "../support/documented.ts";
import { type FakeClock, fakeClock } from "../support/fake-clock.ts";
import { type FakeStore, fakeStore } from "../support/fake-store.ts";
import { anAcceptConfig, SECRET } from "./a-route.ts";

export interface Rig {
  port: number;
  clock: FakeClock;
  store: FakeStore;
  awaited: Awaited;
  listener: PublicListener;
  signals: Signal[];
  state: { draining: boolean; config: Config };
  /** The next signal of a kind, from now on. */
  next<Kind extends Signal["kind"]>(kind: Kind): Promise<Extract<Signal, { kind: Kind }>>;
  of<Kind extends Signal["kind"]>(kind: Kind): Extract<Signal, { kind: Kind }>[];
  reasons(): string[];
  /** Ends the next delivery's attempt as settle does: asks who waits, stores, tells. */
  settle(decision: Exclude<Decision, { kind: "give-back" }>): Promise<void>;
  close(): Promise<void>;
}

export interface RigOptions extends Partial<Config> {
  /** Event types with a handler, and its schema. */
  handlers?: Record<string, unknown>;
}

export async function openRig({ handlers = { "order.placed": undefined }, ...over }: RigOptions = {}): Promise<Rig> {
  const clock = fakeClock();
  const store = fakeStore(clock);
  const awaited = new Awaited(clock);
  const signals: Signal[] = [];
  const waiting: { kind: string; resolve: (signal: Signal) => void }[] = [];
  const emit = (signal: Signal) => {
    signals.push(signal);
    for (const each of waiting.filter(({ kind }) => kind === signal.kind)) {
      waiting.splice(waiting.indexOf(each), 1);
      each.resolve(signal);
    }
  };
  const state = { draining: false, config: anAcceptConfig(over) };
  const routes = compileRoutes(state.config);
  const entries = Object.entries(handlers).map(([type, schema], file): HandlerEntry => (
    { file, fileName: `${type}.ts`, events: [type], retry: {}, ...(schema !== undefined && { schema }) }
  ));
  const table = { entries, match: (type: string) => entries.find(({ events }) => events.includes(type)) };
  const handle = createAccept({
    clock,
    emit,
    store,
    awaited,
    routes: () => routes,
    handlers: () => table,
    limits: () => state.config.limits,
    draining: () => state.draining,
  });
  const { listen: address, limits } = state.config;
  const listener = await PublicListener.open({ address, limits, handle, emit });
  const api = () => ({ ...publicApi({ routes, handlers: table }), url: "http://127.0.0.1" });
  documentOrigins([`http://127.0.0.1:${listener.address.port}`], async () =>
    JSON.parse(JSON.stringify(
      openApiDocument({ version: "0", publicApi: api(), adminUrl: "", adminRoutes: [] }),
    )));
  return {
    port: listener.address.port,
    clock,
    store,
    awaited,
    listener,
    signals,
    state,
    next: (kind) => new Promise((resolve) => waiting.push({ kind, resolve: resolve as (signal: Signal) => void })),
    of: (kind) => signals.filter((signal) => signal.kind === kind) as never,
    reasons: () => signals.flatMap((signal) => (signal.kind === "rejected" ? [signal.reason] : [])),
    async settle(decision) {
      const delivery = await store.finish(decision);
      awaited.settled({ delivery, decision });
    },
    close: () => listener.close(0),
  };
}

export interface Reply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  json: any;
}

export interface Posting {
  path?: string;
  method?: string;
  body?: string | Buffer;
  /** Name and value, in order; a name may come twice. */
  headers?: Record<string, string | string[]>;
}

/** Sends one request on a connection of its own; rejects an answer that is not documented. */
export async function send(port: number, posting: Posting = {}): Promise<Reply> {
  const reply = await exchange(port, posting);
  const { path = "/webhooks/events", method = "POST" } = posting;
  const { status, text } = reply;
  const headers = reply.headers as IncomingHttpHeaders;
  await assertDocumented(`http://127.0.0.1:${port}`, { method, path, status, headers, text });
  return reply;
}

function exchange(
  port: number,
  { path = "/webhooks/events", method = "POST", body = "", headers = {} }: Posting,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ port, host: "127.0.0.1", path, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk)).on("error", reject).on("end", () => {
        const text = Buffer.concat(chunks).toString();
        const type = response.headers["content-type"] ?? "";
        const json = text !== "" && type.includes("json") ? JSON.parse(text) as unknown : undefined;
        resolve({ status: response.statusCode!, headers: response.headers, text, json });
      });
    });
    request.on("error", reject).end(body);
  });
}

/** Headers of preset `hookd` for a body. */
export function signed(
  body: string | Buffer,
  headers: Record<string, string | string[]> = {},
): Record<string, string | string[]> {
  const mac = createHmac("sha256", SECRET).update(body).digest("hex");
  return { "X-Webhook-Signature": `sha256=${mac}`, "X-Event-Type": "order.placed", ...headers };
}

let serial = 0;

/** Sends a signed event of preset `hookd`; each its own body unless one is given. */
export function sendEvent(
  port: number,
  { body = `{"n":${++serial}}`, headers, ...rest }: Posting = {},
): Promise<Reply> {
  return send(port, { ...rest, body, headers: signed(body, headers) });
}

export interface RawConnection {
  socket: Socket;
  /** All that was received once it matches. */
  until(pattern: RegExp): Promise<string>;
  /** All that was received when the connection is gone. */
  closed: Promise<string>;
}

/** A connection on which a test writes bytes of its own. */
export function connectRaw(port: number, first = ""): RawConnection {
  const socket = connect(port, "127.0.0.1");
  let text = "";
  const waiting: { pattern: RegExp; resolve: (text: string) => void }[] = [];
  socket.on("data", (chunk: Buffer) => {
    text += chunk.toString("latin1");
    for (const { pattern, resolve } of waiting) if (pattern.test(text)) resolve(text);
  });
  socket.on("error", () => {});
  const closed = new Promise<string>((resolve) => socket.on("close", () => resolve(text)));
  if (first !== "") socket.write(first, "latin1");
  return {
    socket,
    closed,
    until: (pattern) =>
      pattern.test(text) ? Promise.resolve(text) : new Promise((resolve) => waiting.push({ pattern, resolve })),
  };
}

/** Lets the event loop turn until something is so. */
export async function turnUntil(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}
