import assert from "node:assert/strict";
import { test } from "node:test";
import { json, problem } from "../../src/watch/admin-answer.ts";

test("a problem has the members of RFC 9457, its code, and the detail once more as error", () => {
  const { status, contentType, body, headers } = problem({
    code: "method_not_allowed",
    detail: "This takes GET",
    errors: [{ path: "a", message: "is wrong" }],
    headers: { Allow: "GET" },
  });
  assert.deepEqual([status, contentType, headers], [405, "application/problem+json", { Allow: "GET" }]);
  assert.deepEqual(JSON.parse(body), {
    type: "about:blank",
    title: "Method Not Allowed",
    status: 405,
    detail: "This takes GET",
    code: "method_not_allowed",
    error: "This takes GET",
    errors: [{ path: "a", message: "is wrong" }],
  });
});

test("a problem without single faults has no errors member", () => {
  assert.ok(!("errors" in JSON.parse(problem({ code: "not_found", detail: "Nothing is here" }).body)));
});

test("a JSON answer carries the headers that it is given", () => {
  assert.deepEqual(json(202, { a: 1 }, { Location: "/x" }), {
    status: 202,
    contentType: "application/json",
    body: '{"a":1}',
    headers: { Location: "/x" },
  });
});
