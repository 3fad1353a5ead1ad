import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { letterDataOf, rulesFor, runPlanFor } from "../../src/daemon/rules.ts";
import type { Project } from "../../src/daemon/project.ts";
import type { HandlerEntry } from "../../src/ports.ts";
import { aConfig, aSource } from "../support/a-config.ts";
import { aProject } from "../support/a-project.ts";
import { aStoredEvent } from "../support/an-event.ts";

const entry: HandlerEntry = {
  file: 0,
  fileName: "a.ts",
  events: ["order.placed"],
  retry: { attempts: 9 },
  timeoutMs: 123,
};

function project(source: Parameters<typeof aSource>[0], handler: Partial<HandlerEntry> | undefined): Project {
  const config = aConfig({ sources: [aSource({ ...source, retry: { attempts: 5, baseMs: 7 } })] });
  const handlers = { entries: [], match: () => handler && { ...entry, ...handler } };
  return aProject(config, handlers);
}

describe("the rules of an event", () => {
  it("come from the handler before the source, and from the source before the config", () => {
    const { policy } = rulesFor(aStoredEvent(), project({}, {}));
    assert.deepEqual(policy, { attempts: 9, baseMs: 7, factor: 2, maxMs: 300_000, jitter: "full" });
    assert.equal(rulesFor(aStoredEvent(), project({}, { retry: {} })).policy.attempts, 5);
  });

  it("name the source's mode and what a death does", () => {
    const { mode, onDead } = rulesFor(aStoredEvent(), project({ mode: "sender-retry", onDead: "park" }, {}));
    assert.deepEqual([mode, onDead], ["sender-retry", "park"]);
  });

  it("are those of an acknowledged event when its source is gone", () => {
    const { mode, onDead, policy } = rulesFor(aStoredEvent({ source: "gone" }), project({}, undefined));
    assert.deepEqual([mode, onDead, policy.attempts], ["ack", "skip", 3]);
  });
});

describe("the plan of an attempt", () => {
  it("takes the handler's deadline before the pool's, and the source's place of the data", () => {
    const plan = runPlanFor(aStoredEvent(), project({}, {}));
    assert.deepEqual(plan, { kind: "run", entry, timeoutMs: 123, dataPointer: "/data" });
    const { timeoutMs: _, ...withoutDeadline } = entry;
    const other = project({}, {});
    const plain = runPlanFor(aStoredEvent(), { ...other, handlers: { entries: [], match: () => withoutDeadline } });
    assert.equal(plain.kind === "run" && plain.timeoutMs, 30_000);
  });

  it("gives all of the body where the source is gone", () => {
    const plan = runPlanFor(aStoredEvent({ source: "gone" }), project({}, {}));
    assert.equal(plan.kind === "run" && plan.dataPointer, "");
  });

  it("skips what has no handler where the source takes that, and fails it elsewhere", () => {
    assert.equal(runPlanFor(aStoredEvent(), project({ unknown: "accept" }, undefined)).kind, "skip");
    const plan = runPlanFor(aStoredEvent(), project({}, undefined));
    assert.deepEqual(plan, {
      kind: "unrunnable",
      failure: { code: "ERR_NO_HANDLER", message: 'No handler for event type "order.placed"' },
    });
  });
});

describe("the data of a dead letter", () => {
  const shown = (text: string, source: Parameters<typeof aSource>[0] = {}) =>
    letterDataOf(aStoredEvent({ body: new TextEncoder().encode(text) }), project(source, {}));

  it("is what the source's reference points at", () => {
    assert.deepEqual(shown('{"data":{"a":[1]},"b":2}'), { a: [1] });
    assert.deepEqual(shown('{"data":{"a":[1]}}', { data: "json:" }), { data: { a: [1] } });
    assert.equal(shown('{"__proto__":1}', { data: "json:/constructor" }), undefined);
  });

  it("is text where the body is no JSON, is wanted as text, or nests too deep to be written out again", () => {
    const deep = "[".repeat(100_000) + "]".repeat(100_000);
    assert.equal(shown("a=1&b=2"), "a=1&b=2");
    assert.equal(shown("[1]", { data: "body" }), "[1]");
    assert.equal(shown(deep, { data: "json:" }), deep);
    assert.equal(shown(""), "");
  });
});

describe("an event whose type its source does not take", () => {
  it("is skipped although another source's handler takes the type", () => {
    const narrow = project({ types: ["user.*"], unknown: "accept" }, {});
    assert.deepEqual(runPlanFor(aStoredEvent(), narrow), { kind: "skip" });
    assert.equal(rulesFor(aStoredEvent(), narrow).policy.attempts, 5);
    assert.equal(runPlanFor(aStoredEvent({ source: "gone" }), narrow).kind, "run");
  });
});
