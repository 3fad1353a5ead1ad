import assert from "node:assert/strict";
import { test } from "node:test";
import { FIELDS_MAX, withHandlerFields } from "../../src/watch/handler-fields.ts";

const own = { event_id: "e-1", message: "placing" };

test("a handler's fields stand beside ours, and ours win", () => {
  assert.deepEqual(withHandlerFields(own, { order: 7, event_id: "forged" }), { order: 7, ...own });
  assert.deepEqual(withHandlerFields(own, undefined), own);
});

test("fields that are too long or no JSON are dropped whole, and the line says so", () => {
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  for (const fields of [{ text: "x".repeat(FIELDS_MAX) }, circular, { big: 1n }]) {
    assert.deepEqual(withHandlerFields(own, fields), { ...own, fields_dropped: true });
  }
  const fits = { text: "x".repeat(FIELDS_MAX - '{"text":""}'.length) };
  assert.deepEqual(withHandlerFields(own, fits), { ...fits, ...own });
});
