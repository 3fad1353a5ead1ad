import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { test } from "node:test";
import type { DeliveryState } from "../../src/model.ts";
import { detailOf, letterView, summaryOf } from "../../src/watch/event-view.ts";
import { createRedact } from "../../src/watch/redact.ts";
import { aLetter } from "../support/a-letter.ts";
import { aStoredEvent } from "../support/an-event.ts";
import { aRecord } from "./fake-admin.ts";

const redact = createRedact([]);

const successes: [DeliveryState, boolean | null][] = [
  ["available", null],
  ["running", null],
  ["retryable", null],
  ["completed", true],
  ["dead", false],
];
for (const [state, success] of successes) {
  test(`an event that is ${state} has success ${success}`, () => {
    assert.equal(summaryOf(aRecord({ state })).success, success);
  });
}

const bodies: [says: string, bytes: Uint8Array, text: string | null][] = [
  ["UTF-8", Buffer.from("é \u{1f600} \u2028"), "é \u{1f600} \u2028"],
  ["empty", new Uint8Array(0), ""],
  ["with a byte order mark", Buffer.from("\ufeff{}"), "\ufeff{}"],
  ["with a NUL", Buffer.from("a\0b"), "a\0b"],
  ["not UTF-8", Buffer.from([0x61, 0xff]), null],
  ["an encoded surrogate", Buffer.from([0xed, 0xa0, 0x80]), null],
];
for (const [says, body, text] of bodies) {
  test(`a body that is ${says} is shown ${text === null ? "as base64 only" : "as text and base64"}, byte for byte`, () => {
    const view = detailOf(aRecord({ event: aStoredEvent({ body }) }), redact);
    assert.equal(view.body, text);
    assert.deepEqual(Buffer.from(view.body_base64, "base64"), Buffer.from(body));
  });
}

test("a result is shown as the JSON that it is", () => {
  const view = detailOf(aRecord({ state: "completed", result: '{"status":"user_created","n":[1,null]}' }), redact);
  assert.deepEqual(view.result, { status: "user_created", n: [1, null] });
});

test("a letter keeps all but the credentials in its headers", () => {
  const letter = aLetter({
    event: { headers: { cookie: "a=1", "x-event-type": "order.placed" }, data: { cookie: 1 } },
  });
  assert.deepEqual(letterView(letter, redact), {
    ...letter,
    event: { ...letter.event, headers: { cookie: "[redacted]", "x-event-type": "order.placed" } },
  });
});
