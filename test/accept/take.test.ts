import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { IncomingMessage, ServerResponse } from "node:http";
import { describe, it } from "node:test";
import { Awaited } from "../../src/accept/awaited.ts";
import { QueueRoom } from "../../src/accept/queue-room.ts";
import { RateLimits } from "../../src/accept/rate-limits.ts";
import type { ReadBody } from "../../src/accept/read-body.ts";
import type { Route } from "../../src/accept/routes.ts";
import { take } from "../../src/accept/take.ts";
import { visitOf } from "../../src/accept/visit.ts";
import type { Signal } from "../../src/ports.ts";
import { fakeClock } from "../support/fake-clock.ts";
import { fakeStore } from "../support/fake-store.ts";
import { anAcceptConfig, aRoute } from "./a-route.ts";
import { signed } from "./rig.ts";

const BODY = '{"n":1}';
const ENTRY = { file: 0, fileName: "order.ts", events: ["order.placed"], retry: {} };
const HANDLERS = { entries: [ENTRY], match: (type: string) => type === "order.placed" ? ENTRY : undefined };

function rig() {
  const clock = fakeClock();
  const store = fakeStore(clock);
  const signals: Signal[] = [];
  const needs = {
    clock,
    store,
    emit: (signal: Signal) => void signals.push(signal),
    handlers: () => HANDLERS,
    limits: () => anAcceptConfig().limits,
    awaited: new Awaited(clock),
    rates: new RateLimits(),
    queue: new QueueRoom({ clock, store, limits: () => anAcceptConfig().limits, draining: () => false }),
  };
  const run = (over: { route?: Route; read?: ReadBody; headers?: Record<string, unknown> } = {}) => {
    const { route = aRoute(), read = { kind: "body", bytes: Buffer.from(BODY) }, headers = signed(BODY) } = over;
    const request = {
      method: "POST",
      url: "/webhooks/events",
      rawHeaders: Object.entries(headers).flat(),
      socket: {},
    };
    const visit = visitOf(request as unknown as IncomingMessage, { destroyed: false } as ServerResponse);
    return take(needs, visit, { route, read });
  };
  return { run, store, signals };
}

describe("taking a request", () => {
  it("waits for the disk, and answers only then", async () => {
    const { run, store, signals } = rig();
    let open = () => {};
    store.gate = new Promise<void>((resolve) => (open = resolve));
    const ending = run();
    assert(ending instanceof Promise);
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(signals.map(({ kind }) => kind), ["secret-matched", "received"]);
    open();
    const answer = await ending;
    assert(answer?.kind === "answer" && answer.status === 202);
    assert.deepEqual(signals.map(({ kind }) => kind), ["secret-matched", "received", "accepted", "acked"]);
  });

  it("ends at once where nothing is waited for, and leaves nothing in the store", () => {
    const endings = [
      [{ read: { kind: "too-large" } }, "body_too_large"],
      [{ read: { kind: "incomplete" } }, undefined],
      [{ headers: { "X-Event-Type": "order.placed" } }, "signature_invalid"],
      [{ headers: signed(BODY, { "X-Event-Type": "order.lost" }) }, "unknown_event_type"],
    ] as const;
    for (const [over, code] of endings) {
      const { run, store } = rig();
      const ending = run(over);
      assert(!(ending instanceof Promise));
      assert.equal(ending?.kind === "refused" ? ending.code : undefined, code);
      assert.equal(store.asked.length, 0);
    }
  });

  it("goes on after a key was fetched", async () => {
    const { run } = rig();
    const late = Promise.resolve({ kind: "verified", keyIndex: 0, binding: "body", signedAt: undefined } as const);
    const route: Route = { ...aRoute(), scheme: { kind: "coded", verify: () => late } as unknown as Route["scheme"] };
    const ending = await run({ route });
    assert(ending?.kind === "answer" && ending.status === 202);
  });

  it("passes on what is no failure of the store: a fault of hookd", async () => {
    const { run, store } = rig();
    store.broken = "bug";
    await assert.rejects(Promise.resolve(run()), TypeError);
  });
});
