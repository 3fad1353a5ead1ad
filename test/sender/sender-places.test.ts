import assert from "node:assert/strict";
import { test } from "node:test";
import {
  parsePlace,
  placesOf,
  pointerGet,
  pointerSet,
  splitTemplate,
  templateFits,
} from "../../src/sender/sender-places.ts";

for (
  const [reference, place] of [
    ["header:X-Event-Type", { kind: "header", name: "X-Event-Type" }],
    ["query:type", { kind: "query", name: "type" }],
    ["json:", { kind: "json", pointer: [] }],
    ["json:/a~1b/m~0n/0", { kind: "json", pointer: ["a/b", "m~n", "0"] }],
    ["json:/~01", { kind: "json", pointer: ["~1"] }],
    ["json:/", { kind: "json", pointer: [""] }],
    ["body", { kind: "body" }],
    ["literal:a:b", { kind: "literal", text: "a:b" }],
  ] as const
) {
  test(`${reference} is understood`, () => assert.deepEqual(parsePlace(reference), place));
}

for (const reference of ["", "header:", "json:no-slash", "jsn:/a", "body:", ":x"]) {
  test(`the reference "${reference}" is wrong usage`, () => {
    assert.throws(() => parsePlace(reference), { code: "ERR_USAGE" });
  });
}

for (
  const [template, type, parts] of [
    ["users.{json:/action}", "users.created", ["created"]],
    ["users.{json:/action}", "users.created.twice", ["created.twice"]],
    ["{header:X-Kind}.{json:/action}", "issue.opened.now", ["issue", "opened.now"]],
    ["{json:/action}", "users.created", ["users.created"]],
  ] as const
) {
  test(`${template} makes ${type} of ${parts.join(" and ")}`, () => {
    assert.deepEqual(splitTemplate(template, type).map(({ value }) => value), parts);
    assert.equal(templateFits(template, type), true);
  });
}

for (const type of ["orders.created", "users.", "users", "usersXcreated", ""]) {
  test(`users.{json:/action} cannot make "${type}"`, () => {
    assert.equal(templateFits("users.{json:/action}", type), false);
    assert.throws(() => splitTemplate("users.{json:/action}", type), { code: "ERR_USAGE" });
  });
}

test("a literal type is no place, and fits no other type", () => {
  assert.deepEqual(splitTemplate("literal:ping", "ping"), [{
    place: { kind: "literal", text: "ping" },
    value: "ping",
  }]);
  assert.throws(() => splitTemplate("literal:ping", "pong"), { code: "ERR_USAGE" });
});

test("a pointer write makes what is missing on its way and leaves the original alone", () => {
  const root = { a: { b: 1 }, list: [1, 2] };
  assert.deepEqual(pointerSet(root, ["a", "c", "d"], 2), { a: { b: 1, c: { d: 2 } }, list: [1, 2] });
  assert.deepEqual(pointerSet(root, ["list", "1"], 3), { a: { b: 1 }, list: [1, 3] });
  assert.deepEqual(pointerSet(undefined, ["a"], 1), { a: 1 });
  assert.deepEqual(pointerSet({ a: null }, ["a", "b"], 1), { a: { b: 1 } });
  assert.deepEqual(root, { a: { b: 1 }, list: [1, 2] });
});

test("a pointer write of what stands there gives back the same object", () => {
  const root = { a: { b: 1 } };
  assert.equal(pointerSet(root, ["a", "b"], 1), root);
});

test("a pointer through __proto__ touches own properties only", () => {
  const made = pointerSet({}, ["__proto__", "polluted"], true);
  assert.equal(JSON.stringify(made), '{"__proto__":{"polluted":true}}');
  assert.equal(({} as { polluted?: boolean }).polluted, undefined);
  assert.equal(pointerGet({}, ["constructor", "name"]), undefined);
  assert.deepEqual(pointerSet({}, ["constructor", "name"], 1), { constructor: { name: 1 } });
});

for (
  const [what, root, pointer] of [
    ["text", { a: "text" }, ["a", "b"]],
    ["a list by name", [1], ["first"]],
    ["a list beyond its end", [1], ["2"]],
  ] as const
) {
  test(`a pointer write into ${what} is wrong usage`, () => {
    assert.throws(() => pointerSet(root, pointer, 1), { code: "ERR_USAGE" });
  });
}

test("the places of a template come in their order, and a reference is a place itself", () => {
  assert.deepEqual(placesOf("{json:/a}.x.{header:B}"), [{ kind: "json", pointer: ["a"] }, {
    kind: "header",
    name: "B",
  }]);
  assert.deepEqual(placesOf("query:q"), [{ kind: "query", name: "q" }]);
});
