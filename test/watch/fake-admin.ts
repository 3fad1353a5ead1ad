/** An admin listener on a free port over needs that a test fills in, and a client that sends exactly what it is told. */
import { Buffer } from "node:buffer";
import { type IncomingHttpHeaders, request } from "node:http";
import { after } from "node:test";
import type { EventRecord } from "../../src/model.ts";
import type { Signal } from "../../src/ports.ts";
import { AdminListener, type AdminOptions } from "../../src/watch/admin.ts";
import type { ListenAddress } from "../../src/config.ts";
import { assertDocumented, documentOrigins } from "../support/documented.ts";
import { aStoredEvent } from "../support/an-event.ts";

export interface Asked {
  method?: string;
  path: string;
  /** As rawHeaders: names and values in turn. `Host` is filled in when missing. */
  headers?: readonly string[];
  body?: string | Uint8Array;
}

export interface Told {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  // deno-lint-ignore no-explicit-any
  json: any;
}

export interface Admin {
  listener: AdminListener;
  signals: Signal[];
  ask(asked: Asked): Promise<Told>;
}

export async function openAdmin(over: Partial<AdminOptions> = {}): Promise<Admin> {
  const signals: Signal[] = [];
  const listener = await AdminListener.open({ ...someNeeds(), emit: (signal) => void signals.push(signal), ...over });
  after(() => listener.close());
  documentOrigins([originOf(listener.address)], async () => {
    const headers = (over.config?.().admin.token ?? "") === ""
      ? []
      : ["Authorization", `Bearer ${over.config?.().admin.token}`];
    return (await exchange(listener.address, { path: "/openapi.json", headers })).json;
  });
  return { listener, signals, ask: (asked) => ask(listener.address, asked) };
}

/** Rejects an answer that is not documented. */
export async function ask(address: ListenAddress, asked: Asked): Promise<Told> {
  const told = await exchange(address, asked);
  await assertDocumented(originOf(address), { method: "GET", ...asked, ...told });
  return told;
}

function originOf({ host, port }: ListenAddress): string {
  return `http://${host}:${port}`;
}

function exchange({ host, port }: ListenAddress, asked: Asked): Promise<Told> {
  const { method = "GET", path, headers = [], body } = asked;
  const names = headers.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
  const all = names.includes("host") ? [...headers] : ["Host", `localhost:${port}`, ...headers];
  const unsized = body === undefined || names.includes("transfer-encoding");
  const sized = unsized ? [] : ["Content-Length", String(Buffer.byteLength(body))];
  return new Promise((resolve, reject) => {
    const sent = request({ host, port, method, path, agent: false, setHost: false, headers: [...all, ...sized] });
    sent.on("error", reject);
    sent.on("response", async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk);
      const text = Buffer.concat(chunks).toString();
      const isJson = /json/.test(response.headers["content-type"] ?? "") && text !== "";
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        text,
        json: isJson ? JSON.parse(text) : undefined,
      });
    });
    sent.end(body);
  });
}

function someNeeds(): AdminOptions {
  return {
    listen: { host: "127.0.0.1", port: 0 },
    store: { find: async () => undefined },
    archive: {
      list: async () => ({ items: [] }),
      replay: async () => undefined,
      mailboxes: async () => [],
      hold: async () => true,
    },
    deadLetters: { list: async () => ({ items: [] }), find: async () => undefined, count: () => 0 },
    redeliver: {
      retryLetters: async () => ({ retried: [], remaining: 0 }),
      retryLetter: async () => true,
      dropLetter: async () => true,
    },
    metrics: {
      text: async () => ({ contentType: "text/plain", body: "" }),
      stats: () => ({
        total_received: 0,
        total_processed: 0,
        total_failed: 0,
        success_rate: 1,
        avg_processing_time_ms: 0,
        events_by_type: {},
      }),
    },
    health: { live: () => ({ status: "ok", checks: {} }), ready: () => ({ status: "ok", checks: {} }) },
    config: () => ({ admin: { token: undefined, hosts: [] }, sources: [{ name: "events", secrets: [], params: {} }] }),
    version: "1.2.3",
    publicApi: () => ({ url: "http://127.0.0.1:8080", operations: [], schemas: {}, securitySchemes: {}, unrouted: [] }),
    emit: () => {},
  };
}

export function aRecord(over: Partial<EventRecord> = {}): EventRecord {
  return { event: aStoredEvent(), state: "available", attempts: [], generation: 0, ...over };
}
