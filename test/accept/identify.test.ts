import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { identify, KEY_LENGTH_MAX, TYPE_LENGTH_MAX } from "../../src/accept/identify.ts";
import type { SourceConfig } from "../../src/config.ts";
import { aRoute } from "./a-route.ts";

function identity(
  over: Partial<SourceConfig>,
  { headers = [], body = "{}" }: { headers?: string[]; body?: string } = {},
) {
  return identify(aRoute(over), { headers, query: "", body: Buffer.from(body), depthMax: 8 });
}

function refusal(...given: Parameters<typeof identity>): string {
  const found = identity(...given);
  return found.kind === "refused" ? found.code : "identified";
}

function typed(...headers: string[]): string[] {
  return ["X-Event-Type", "order.placed", ...headers];
}

it("an event is known by type, key, ordering key and attempt", () => {
  const over = { order: "json:/user_id" };
  assert.deepEqual(identity(over, { headers: typed("X-Idempotency-Key", "k-1"), body: '{"user_id":7}' }), {
    kind: "identified",
    type: "order.placed",
    key: "k-1",
    orderingKey: "7",
    firstAttempt: 1,
  });
});

describe("the type", () => {
  it("of the source overrides the preset's", () => {
    const found = identity({ type: "json:/event_type" }, { headers: typed(), body: '{"event_type":"user.created"}' });
    assert(found.kind === "identified" && found.type === "user.created");
  });
  it("is never guessed: without one the event is refused", () => {
    assert.equal(refusal({}), "event_type_missing");
    assert.equal(refusal({ type: "json:/event_type" }, { headers: typed() }), "event_type_missing");
    assert.equal(refusal({ type: "u.{json:/action}" }), "event_type_missing");
  });
});

describe("the key", () => {
  const key = (headers: string[], body = "{}") => {
    const found = identity({}, { headers: typed(...headers), body });
    return found.kind === "identified" ? found.key : found.code;
  };
  const hash = (body: string) => createHash("sha256").update(body).digest("hex");

  it("is read from either header", () => {
    assert.equal(key(["Idempotency-Key", "a"]), "a");
    assert.equal(key(["X-Idempotency-Key", "a"]), "a");
  });
  it("may come in both headers if they agree", () => {
    assert.equal(key(["Idempotency-Key", "a", "X-Idempotency-Key", "a"]), "a");
    assert.equal(key(["Idempotency-Key", "a", "X-Idempotency-Key", "b"]), "conflicting_keys");
  });
  it("is the hash of the exact body where none is sent", () => {
    assert.equal(key([], '{"a": 1}'), hash('{"a": 1}'));
    assert.equal(key(["Idempotency-Key", ""]), hash("{}"));
  });
  it("that comes twice is refused", () =>
    assert.equal(key(["Idempotency-Key", "a", "idempotency-key", "a"]), "repeated_value"));
});

describe("a value that cannot be kept", () => {
  const bad: [what: string, over: Partial<SourceConfig>, headers: string[], body?: string][] = [
    ["a type that is too long", {}, ["X-Event-Type", "t".repeat(TYPE_LENGTH_MAX + 1)]],
    ["a key that is too long", {}, typed("Idempotency-Key", "k".repeat(KEY_LENGTH_MAX + 1))],
    ["an ordering key that is too long", { order: "header:X-O" }, typed("X-O", "o".repeat(KEY_LENGTH_MAX + 1))],
    ["a line break in a type", { type: "json:/t" }, [], '{"t":"a\\nb"}'],
    ["a NUL in a key", { key: "json:/k" }, typed(), '{"k":"a\\u0000b"}'],
    ["a C1 control in an ordering key", { order: "json:/o" }, typed(), '{"o":"a\\u0085b"}'],
    ["half a character in a key", { key: "json:/k" }, typed(), '{"k":"a\\ud800b"}'],
    ["a tab in a header", {}, typed("Idempotency-Key", "a\tb")],
    ["a key that is an object", { key: "json:/k" }, typed(), '{"k":{}}'],
    ["an ordering key that is a list", { order: "json:/o" }, typed(), '{"o":[]}'],
  ];
  for (const [what, over, headers, body] of bad) {
    it(`is refused: ${what}`, () =>
      assert.equal(refusal(over, { headers, ...(body !== undefined && { body }) }), "invalid_value"));
  }
  it("begins one character above the longest that is kept", () => {
    assert.equal(refusal({}, { headers: ["X-Event-Type", "t".repeat(TYPE_LENGTH_MAX)] }), "identified");
    assert.equal(refusal({}, { headers: typed("Idempotency-Key", "k".repeat(KEY_LENGTH_MAX)) }), "identified");
    assert.equal(refusal({ type: "json:/t" }, { body: '{"t":"päyment 😀"}' }), "identified");
  });
});

it("an event without its ordering key has none", () => {
  for (const body of ["{}", '{"user_id":null}']) {
    const found = identity({ order: "json:/user_id" }, { headers: typed(), body });
    assert(found.kind === "identified" && found.orderingKey === undefined);
  }
});

it("malformed JSON is refused where a reference needs JSON, and only there", () => {
  assert.equal(refusal({ order: "json:/a" }, { headers: typed(), body: "no" }), "malformed_json");
  assert.equal(refusal({}, { headers: typed(), body: "no" }), "identified");
});

describe("X-Retry-Count", () => {
  const counts: [headers: string[], attempt: number | "invalid_retry_count"][] = [
    [[], 1],
    [["X-Retry-Count", "0"], 1],
    [["X-Retry-Count", "2"], 3],
    [["X-Retry-Count", "1000"], 1001],
    [["X-Retry-Count", "1001"], "invalid_retry_count"],
    [["X-Retry-Count", "-1"], "invalid_retry_count"],
    [["X-Retry-Count", "1.5"], "invalid_retry_count"],
    [["X-Retry-Count", "two"], "invalid_retry_count"],
    [["X-Retry-Count", ""], "invalid_retry_count"],
    [["X-Retry-Count", "1", "X-Retry-Count", "1"], "invalid_retry_count"],
  ];
  for (const [headers, attempt] of counts) {
    it(`"${headers.slice(1).join(" ")}" is ${attempt}`, () => {
      const found = identity({ mode: "sender-retry" }, { headers: typed(...headers) });
      assert.equal(found.kind === "identified" ? found.firstAttempt : found.code, attempt);
    });
  }
  it("means nothing in the other modes", () => {
    const found = identity({}, { headers: typed("X-Retry-Count", "junk") });
    assert(found.kind === "identified" && found.firstAttempt === 1);
  });
});
