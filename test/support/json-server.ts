/** A server that keeps what it is asked and answers as told: stands in for the daemon in tests of its clients. */
import { Buffer } from "node:buffer";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after } from "node:test";

export interface Asked {
  method: string;
  /** Path with query. */
  url: string;
  headers: IncomingMessage["headers"];
  body: string;
  /** False when the connection was lost before the body's end. */
  isWhole: boolean;
}

export interface Told {
  status?: number;
  /** Sent as JSON; text is sent as it is. */
  body?: unknown;
  contentType?: string;
}

export interface JsonServer {
  url: string;
  /** Requests in order of arrival. */
  asked: Asked[];
  /** Resolves when so many requests have ended, whole or cut off. */
  until(count: number): Promise<void>;
}

/** Listens on a free loopback port until the test ends. */
export async function jsonServer(answer: (asked: Asked) => Told | Promise<Told>): Promise<JsonServer> {
  const asked: Asked[] = [];
  let ended = 0;
  let noticed = () => {};
  const server = createServer(async (request, response) => {
    const { method = "", url = "", headers } = request;
    const one: Asked = { method, url, headers, body: "", isWhole: false };
    asked.push(one);
    await receive(request, one);
    ended += 1;
    noticed();
    if (one.isWhole) tell(response, await answer(one));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  after(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async until(count) {
      while (ended < count) await new Promise<void>((resolve) => noticed = resolve);
    },
  };
}

async function receive(request: IncomingMessage, one: Asked): Promise<void> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer);
    one.isWhole = true;
  } catch {
    // Cut off: what came so far is kept.
  }
  one.body = Buffer.concat(chunks).toString();
}

function tell(response: ServerResponse, { status = 200, body = {}, contentType }: Told): void {
  const isText = typeof body === "string";
  response.writeHead(status, { "content-type": contentType ?? (isText ? "text/plain" : "application/json") });
  response.end(isText ? body : JSON.stringify(body));
}
