import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compileRoutes, handlerFor, lintSources } from "../../src/accept/routes.ts";
import type { SourceFault } from "../../src/accept/source-fault.ts";
import type { SourceConfig } from "../../src/config.ts";
import { anAcceptConfig, anAcceptSource, aRoute } from "./a-route.ts";

const entry = { file: 0, fileName: "a.ts", retry: {} };
const HOUR = 3_600_000;

function lint(over: Partial<SourceConfig>): SourceFault[] {
  return lintSources(anAcceptConfig({ sources: [anAcceptSource(over)] }));
}

describe("a source without settings of its own", () => {
  it("takes type and keys from its preset", () => {
    const { type, keys } = aRoute();
    assert.deepEqual(type, { kind: "header", name: "x-event-type" });
    assert.deepEqual(keys, [{ kind: "header", name: "idempotency-key" }, {
      kind: "header",
      name: "x-idempotency-key",
    }]);
  });

  const windows: [preset: string, hours: number][] = [["hookd", 24], ["github", 24], ["stripe", 72], ["standard", 76]];
  for (const [preset, hours] of windows) {
    it(`of ${preset} keeps keys for ${hours} h`, () => {
      const secrets = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"];
      assert.equal(aRoute({ preset, secrets }).windowMs, hours * HOUR);
    });
  }

  it("says 202 before its sender gives up", () => {
    assert.equal(aRoute().syncDeadlineMs, 10_000);
    assert.equal(aRoute({ preset: "github" }).syncDeadlineMs, 8000);
  });

  it("refuses a changed body only under the preset whose sender is ours", () => {
    assert.equal(aRoute().changedBody, "reject");
    assert.equal(aRoute({ preset: "github" }).changedBody, "duplicate");
  });
});

it("what a source sets wins over its preset", () => {
  const route = aRoute({
    type: "json:/event_type",
    key: "json:/id",
    order: "{json:/a}:{header:X-B}",
    data: "json:/data",
    changedBody: "duplicate",
    windowMs: 90 * HOUR,
    syncDeadlineMs: 500,
    retry: { attempts: 7 },
  });
  assert.deepEqual(route.type, { kind: "json", pointer: "/event_type", steps: ["event_type"] });
  assert.deepEqual(route.keys, [{ kind: "json", pointer: "/id", steps: ["id"] }]);
  assert.equal(route.order?.kind, "template");
  assert.deepEqual([route.dataPointer, route.changedBody, route.windowMs, route.syncDeadlineMs], [
    "/data",
    "duplicate",
    90 * HOUR,
    500,
  ]);
  assert.deepEqual([route.retry.attempts, route.retry.baseMs], [7, 1000]);
  assert.deepEqual(route.signed, { type: true, key: true });
});

it("the worker is told where the data is: a pointer, all, or text", () => {
  assert.equal(aRoute({ data: "json:/a/b" }).dataPointer, "/a/b");
  assert.equal(aRoute({ data: "json:" }).dataPointer, "");
  assert.equal(aRoute({ data: "body" }).dataPointer, undefined);
});

it("a longer ttl for all holds for presets with a shorter horizon", () => {
  const config = anAcceptConfig({ idempotency: { ttlMs: 100 * HOUR, cache: 1 } });
  assert.equal(compileRoutes(config).bySource.get("events")!.windowMs, 100 * HOUR);
});

describe("a fault", () => {
  const faults: [what: string, over: Partial<SourceConfig>, path: (string | number)[], message: RegExp][] = [
    ["an unknown preset", { preset: "githup" }, ["verify", "preset"], /"githup" is no preset/],
    ["no secret", { secrets: [] }, ["verify", "secrets"], /has no secret/],
    ["an empty secret", { secrets: ["a secret of enough bytes", " "] }, ["verify", "secrets", 1], /is empty/],
    [
      "too many secrets",
      { secrets: Array<string>(9).fill("a secret of enough bytes") },
      ["verify", "secrets"],
      /more than 8/,
    ],
    [
      "a secret that is no key",
      { preset: "standard", secrets: ["whsec_!"] },
      ["verify", "secrets", 0],
      /is not Base64/,
    ],
    ["a type without a kind", { type: "order.placed" }, ["type"], /none of header:NAME/],
    ["a type that is the whole body", { type: "json:" }, ["type"], /whole body/],
    ["a type with the whole body in it", { type: "a.{json:}" }, ["type"], /whole body/],
    ["a type with half a brace", { type: "users.{json:/action" }, ["type"], /brace/],
    ["a fixed key, under which all events are one", { key: "literal:x" }, ["key"], /none of/],
    ["a signature field outside a preset", { key: "kv:t" }, ["key"], /none of/],
    ["an order by the whole body", { order: "body" }, ["order"], /none of/],
    ["data from a header", { data: "header:X-Data" }, ["data"], /none of json:\/pointer, body/],
    ["a schema that is none", { schema: { type: "strin" } }, ["schema"], /is no JSON Schema: \/type/],
  ];
  for (const [what, over, path, message] of faults) {
    it(`is told and closes the source's path: ${what}`, () => {
      const found = lint(over).filter(({ severity }) => severity === "fault");
      assert.equal(found.length, 1);
      assert.deepEqual(found[0]!.path, ["sources", "events", ...path]);
      assert.match(found[0]!.message, message);
      assert.equal(compileRoutes(anAcceptConfig({ sources: [anAcceptSource(over)] })).byPath.size, 0);
    });
  }

  it("does not hide others, nor close other sources", () => {
    const sources = [
      anAcceptSource({ secrets: [""], type: "x", key: "y", order: "z", data: "w", schema: 5 }),
      anAcceptSource({ name: "fine", path: "/fine" }),
    ];
    assert.equal(lintSources(anAcceptConfig({ sources })).length, 6);
    assert.deepEqual([...compileRoutes(anAcceptConfig({ sources })).byPath.keys()], ["/fine"]);
  });
});

describe("a warning", () => {
  const warnings: [what: string, over: Partial<SourceConfig>, path: (string | number)[], message: RegExp][] = [
    ["a short secret", { secrets: ["shorter"] }, ["verify", "secrets", 0], /is short: 7 bytes/],
    [
      "a window below the sender's horizon",
      { preset: "stripe", windowMs: HOUR },
      ["idempotency", "ttl"],
      /shorter than the 72 h/,
    ],
    ["a deadline above the sender's patience", { mode: "sync", preset: "github", syncDeadlineMs: 20_000 }, [
      "sync_deadline",
    ], /longer than the 10 s/],
  ];
  for (const [what, over, path, message] of warnings) {
    it(`is told and leaves the path open: ${what}`, () => {
      const [warning, ...others] = lint(over);
      assert.deepEqual(others, []);
      assert.equal(warning?.severity, "warning");
      assert.deepEqual(warning?.path, ["sources", "events", ...path]);
      assert.match(warning?.message ?? "", message);
      assert.equal(compileRoutes(anAcceptConfig({ sources: [anAcceptSource(over)] })).byPath.size, 1);
    });
  }
});

it("no fault quotes a secret", () => {
  const said = JSON.stringify([
    lint({ secrets: ["canary"] }),
    lint({ preset: "standard", secrets: ["whsec_canary!", "whpk_canary"] }),
  ]);
  assert(!said.includes("canary"));
});

describe("where replays are refused", () => {
  const keysOf = (over: Partial<SourceConfig>) => aRoute({ refuseReplay: true, ...over }).keys.length;

  it("a key that nobody signed does not count: the body is the key", () => {
    assert.equal(keysOf({}), 0);
    assert.equal(keysOf({ preset: "github" }), 0);
    assert.equal(keysOf({ refuseReplay: false }), 2);
  });

  it("a signed key counts as ever", () => {
    assert.equal(keysOf({ preset: "stripe" }), 1);
    assert.equal(keysOf({ key: "json:/id" }), 1);
  });
});

describe("a preset of the operator's own", () => {
  const own = {
    signature: { in: ["header:X-Acme"], take: { "": "hmac-sha256" }, encoding: "hex" },
    key: { "hmac-sha256": "utf8" },
    content: "{body}",
    type: "json:/kind",
    keys: [],
    changedBody: "duplicate",
    ackDeadlineMs: 2000,
    retryHorizonMs: 0,
  } as const;

  it("is used by its name", () => {
    const config = anAcceptConfig({ presets: { acme: own }, sources: [anAcceptSource({ preset: "acme" })] });
    const route = compileRoutes(config).bySource.get("events");
    assert.deepEqual(route?.type, { kind: "json", pointer: "/kind", steps: ["kind"] });
    assert.equal(route?.ackDeadlineMs, 2000);
  });

  it("that is faulty is told once, with its place, and its source stays closed", () => {
    const config = anAcceptConfig({
      presets: { acme: { ...own, content: "{body" } },
      sources: [anAcceptSource({ preset: "acme" })],
    });
    assert.deepEqual(lintSources(config).map(({ path }) => path), [["presets", "acme", "content"]]);
    assert.equal(compileRoutes(config).byPath.size, 0);
  });
});

describe("the handler of an event", () => {
  const handlers = { match: (type: string) => type === "nobody" ? undefined : { ...entry, events: [type] } };

  it("is found for every type where the source names none", () => {
    const route = aRoute();
    assert.deepEqual(handlerFor(route, "anything", handlers)?.events, ["anything"]);
    assert.equal(handlerFor(route, "nobody", handlers), undefined);
  });

  it("is found only for the types that the source takes", () => {
    const route = aRoute({ types: ["order.placed", "user.*"] });
    const taken = ["order.placed", "user.created", "order.paid", "user", "push"].map((type) =>
      handlerFor(route, type, handlers) !== undefined
    );
    assert.deepEqual(taken, [true, true, false, false, false]);
  });
});
