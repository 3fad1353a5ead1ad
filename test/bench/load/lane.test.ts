import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { describe, it } from "node:test";
import { Lane } from "../../../bench/load/lane.ts";

/** A server that answers each request as told, one entry after the other. */
async function withLane(
  answers: string[],
  use: (lane: { next(): Promise<Lane>; told: [number, number][] }) => Promise<void>,
): Promise<void> {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", () => {
      const answer = answers.shift();
      if (answer === undefined || answer === "") socket.destroy();
      else socket.write(answer);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const told: [number, number][] = [];
  const free: Lane[] = [];
  const waiting: ((lane: Lane) => void)[] = [];
  const lane = new Lane({
    host: "127.0.0.1",
    port: (server.address() as AddressInfo).port,
    onAnswer: (due, status) => told.push([due, status]),
    onFree: (one) => waiting.length > 0 ? waiting.shift()!(one) : free.push(one),
  });
  const next = () => new Promise<Lane>((resolve) => free.length > 0 ? resolve(free.shift()!) : waiting.push(resolve));
  try {
    await use({ next, told });
  } finally {
    lane.close();
    server.close();
  }
}

const OK = "HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\n{}";
const LAST = OK.replace("\r\n", "\r\nConnection: close\r\n");

describe("a lane", () => {
  it("carries one request after the other, connects anew after the last of a connection, and tells a broken one", () =>
    withLane([OK, LAST, "", OK], async ({ next, told }) => {
      for (let due = 1; due <= 4; due++) (await next()).send(Buffer.from("POST"), due);
      const lane = await next();
      assert.ok(lane.free);
      assert.deepEqual(told, [[1, 202], [2, 202], [3, 0], [4, 202]]);
    }));
});
