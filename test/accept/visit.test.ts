import assert from "node:assert/strict";
import type { IncomingMessage, ServerResponse } from "node:http";
import { describe, it } from "node:test";
import { refuse } from "../../src/accept/problem.ts";
import { conclude, guard, type Visit, visitOf } from "../../src/accept/visit.ts";
import type { Signal } from "../../src/ports.ts";

function rig() {
  const signals: Signal[] = [];
  const written: { status?: number; body?: string } = {};
  const response = {
    destroyed: false,
    headersSent: false,
    writeHead: (status: number) => void (written.status = status),
    end: (body: string) => void (written.body = body),
  } as unknown as ServerResponse;
  const needs = { emit: (signal: Signal) => void signals.push(signal), limits: () => ({ bodyBytesMax: 1000 }) };
  return { signals, written, needs, visit: aVisit("/", response) };
}

function aVisit(url: string, response = {} as ServerResponse): Visit {
  const request = { url, complete: true, headers: {}, socket: { remoteAddress: "10.0.0.1" } };
  return visitOf(request as unknown as IncomingMessage, response);
}

describe("a visit", () => {
  it("has the path and the query of its request line, which may be a whole URL", () => {
    for (
      const [url, path, query] of [
        ["/a/b?x=/y?z", "/a/b", "x=/y?z"],
        ["/a", "/a", ""],
        ["http://hooks.example.com/a?x", "/a", "x"],
        ["HTTPS://hooks.example.com", "", ""],
      ] as const
    ) {
      const visit = aVisit(url);
      assert.deepEqual([visit.path, visit.query, visit.sourceIp], [path, query, "10.0.0.1"]);
    }
  });

  it("ends with a refusal that is counted, once for each event", () => {
    const { signals, written, needs, visit } = rig();
    conclude(needs, visit, { source: "events", ending: refuse("overloaded", "Too many", { events: 3 }) });
    assert.equal(written.status, 503);
    assert.deepEqual(signals, [
      { kind: "rejected", source: "events", reason: "overloaded", sourceIp: "10.0.0.1", events: 3 },
    ]);
  });

  it("ends without a word when there is nobody left", () => {
    const { signals, written, needs, visit } = rig();
    conclude(needs, visit, { source: "events", ending: undefined });
    assert.deepEqual([signals, written], [[], {}]);
  });

  it("that meets a bug is told, and answered without a word of it", async () => {
    const steps = [() => assert.fail("at /secret"), () => Promise.reject(new Error("at /secret"))];
    for (const step of steps) {
      const { signals, written, needs, visit } = rig();
      guard(needs, visit, step);
      await new Promise((resolve) => setImmediate(resolve));
      assert.equal(written.status, 500);
      assert.doesNotMatch(written.body!, /secret/);
      assert.deepEqual(signals.map((signal) => signal.kind === "internal-error" && signal.where), ["accept"]);
    }
  });
});
