import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { test } from "node:test";
import {
  callersHeaders,
  type OutgoingEvent,
  placeEvent,
  type Recipe,
  timesRequired,
} from "../../src/sender/signed-request.ts";

const now = new Date("2026-01-02T03:04:05.678Z");
const header: Recipe = {
  type: "header:X-Event-Type",
  key: "header:X-Idempotency-Key",
  data: "json:",
  order: undefined,
  schema: undefined,
};

function place(event: Partial<OutgoingEvent>, recipe: Partial<Recipe>) {
  const whole = { type: "user.created", data: { user_id: "u1" }, ...event };
  const { headers, query, body } = placeEvent(
    { ...whole, id: event.key ?? "generated" },
    { ...header, ...recipe },
    now,
  );
  return { headers, query, text: Buffer.from(body).toString() };
}

test("a type by header leaves the body to the data", () => {
  const { headers, text } = place({}, {});
  assert.equal(headers["x-event-type"], "user.created");
  assert.equal(headers["x-idempotency-key"], "generated");
  assert.equal(headers["content-type"], "application/json");
  assert.equal(text, '{"user_id":"u1"}');
});

test("the shipped source events gets event_type, data, order and the timestamp that its schema requires", () => {
  const schema = {
    type: "object",
    required: ["timestamp", "data"],
    properties: { timestamp: { type: "string", format: "date-time" }, data: { type: "object" } },
  };
  const recipe = { type: "json:/event_type", data: "json:/data", order: "json:/data/user_id", schema };
  assert.equal(
    place({ orderingKey: "u2" }, recipe).text,
    '{"event_type":"user.created","timestamp":"2026-01-02T03:04:05.678Z","data":{"user_id":"u2"}}',
  );
});

test("a timestamp that the data brings along stays", () => {
  const schema = { required: ["timestamp"], properties: { timestamp: { format: "date-time" } } };
  assert.equal(place({ data: { timestamp: "2020" } }, { schema }).text, '{"timestamp":"2020"}');
});

test("times are required where the schema says so at its top", () => {
  const properties = { at: { format: "date-time" }, id: {}, later: { format: "date-time" } };
  assert.deepEqual(timesRequired({ required: ["id", "at", "gone"], properties }), ["at"]);
  for (const schema of [undefined, true, { properties }, { required: ["at"] }]) {
    assert.deepEqual(timesRequired(schema), []);
  }
});

test("a template puts its part of the type next to the data", () => {
  assert.equal(
    place({ type: "users.created" }, { type: "users.{json:/action}" }).text,
    '{"user_id":"u1","action":"created"}',
  );
});

test("a key in the body is filled in, but does not replace the body's own unless it was asked for", () => {
  assert.equal(place({ data: {} }, { key: "json:/id" }).text, '{"id":"generated"}');
  assert.equal(place({ data: { id: "own" } }, { key: "json:/id" }).text, '{"id":"own"}');
  assert.equal(place({ data: { id: "own" }, key: "asked" }, { key: "json:/id" }).text, '{"id":"asked"}');
});

test("without a key nothing is placed", () => {
  assert.equal(place({ key: null }, {}).headers["x-idempotency-key"], undefined);
});

test("a key that was made up goes into the first place of a template, one that is given is taken apart", () => {
  const key = "{json:/payment}.{json:/step}";
  assert.equal(place({ data: { step: "paid" } }, { key }).text, '{"step":"paid","payment":"generated"}');
  assert.equal(place({ data: {}, key: "p1.paid" }, { key }).text, '{"payment":"p1","step":"paid"}');
  assert.throws(() => place({ data: {}, key: "p1" }, { key }), /takes keys of the form \{json/);
});

test("a sender that numbers nothing has no place for a key", () => {
  assert.equal(place({}, { key: undefined }).text, '{"user_id":"u1"}');
  assert.throws(() => place({ key: "k" }, { key: undefined }), { code: "ERR_USAGE", message: /no place/ });
});

test("query references become query parameters", () => {
  assert.deepEqual(place({}, { type: "query:kind" }).query, [["kind", "user.created"]]);
});

test("a caller's headers are taken as they are, by names in lower case", () => {
  assert.deepEqual(callersHeaders({ "Content-Type": "text/plain", "X-Retry-Count": "2" }), {
    "content-type": "text/plain",
    "x-retry-count": "2",
  });
  assert.deepEqual(callersHeaders(), {});
});

for (
  const headers of [{ "Content-Length": "5" }, { "transfer-encoding": "chunked" }, { "a b": "" }, { "": "" }, {
    a: "1\r\nb: 2",
  }]
) {
  test(`the headers ${JSON.stringify(headers)} are wrong usage`, () => {
    assert.throws(() => callersHeaders(headers), { code: "ERR_USAGE" });
  });
}

const exact = '{ "type": "a",  "n": 12345678901234567890 }';
for (
  const [what, event, recipe] of [
    ["nothing goes into the body", {}, {}],
    ["all that goes into the body stands there", { type: "a" }, { type: "json:/type" }],
    ["a generated key yields to the one that stands there", { type: "a" }, { type: "json:/type", key: "json:/n" }],
    ["the source takes text", {}, { data: "body" }],
  ] as const
) {
  test(`bytes are sent as they are when ${what}`, () => {
    assert.equal(place({ data: Buffer.from(exact), ...event }, recipe).text, exact);
  });
}

test("bytes that need something put in are parsed and written anew", () => {
  assert.equal(place({ data: Buffer.from('{"n": 1}') }, { type: "json:/type" }).text, '{"n":1,"type":"user.created"}');
});

test("text goes out as text where the source takes text, and as JSON where it takes JSON", () => {
  assert.equal(place({ data: "plain" }, { data: "body" }).text, "plain");
  assert.equal(place({ data: "plain" }, { data: "json:/text" }).text, '{"text":"plain"}');
});

for (
  const [what, event, recipe] of [
    ["an ordering key for a source without one", { orderingKey: "k" }, {}],
    ["bytes that are no JSON where a type goes into them", { data: Buffer.from("no") }, { type: "json:/type" }],
    ["a list where a type goes into an object", { data: [1] }, { type: "json:/type" }],
    ["a type that a header cannot carry", { type: "snow ☃" }, {}],
    ["a type that would forge a header", { type: "a\r\nx-forged: 1" }, {}],
  ] as const
) {
  test(`${what} is wrong usage`, () => {
    assert.throws(() => place(event, recipe), { code: "ERR_USAGE" });
  });
}
