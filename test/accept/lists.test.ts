import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compileLists } from "../../src/accept/lists.ts";
import type { SourceConfig } from "../../src/config.ts";
import { presetOf } from "../../src/presets/registry.ts";
import { anAcceptSource } from "./a-route.ts";

function compiled(over: Partial<SourceConfig>) {
  const faults: string[] = [];
  const source = anAcceptSource(over);
  const rules = compileLists(presetOf(source.preset)!, source, (_severity, at, message) => {
    faults.push(`${at.join(".")} ${message}`);
  });
  return { ...rules, faults };
}

describe("a source", () => {
  it("takes single events, unless it or its preset says where a list is", () => {
    assert.deepEqual([compiled({}).list, compiled({}).takesLists], [undefined, false]);
    assert.deepEqual(compiled({ each: "json:/a" }).list?.steps, ["a"]);
    assert.deepEqual(compiled({ preset: "sendgrid" }).list?.steps, []);
    assert.deepEqual(compiled({ preset: "sendgrid", each: "json:/a" }).list?.steps, ["a"]);
  });

  it("of CloudEvents takes batches in the modes that can answer them, and no list of its preset", () => {
    assert.equal(compiled({ format: "cloudevents", mode: "ack" }).takesLists, true);
    assert.equal(compiled({ format: "cloudevents", mode: "sync" }).takesLists, false);
    assert.equal(compiled({ format: "cloudevents", preset: "sendgrid" }).list, undefined);
  });

  it("that takes lists counts a changed body, since the other events are stored by then", () => {
    assert.equal(compiled({}).changedBody, "reject");
    assert.equal(compiled({ each: "json:" }).changedBody, "duplicate");
    assert.equal(compiled({ format: "cloudevents" }).changedBody, "duplicate");
    assert.equal(compiled({ format: "cloudevents", mode: "sync" }).changedBody, "reject");
  });
});

describe("a fault of a source", () => {
  const rows: [what: string, over: Partial<SourceConfig>, fault: RegExp | undefined][] = [
    ["a list in mode sync", { each: "json:", mode: "sync" }, /^mode "sync" answers with the outcome of one event/],
    ["a list in mode sender-retry", { each: "json:", mode: "sender-retry" }, /^mode "sender-retry"/],
    ["a list of its preset in mode sync", { preset: "sendgrid", mode: "sync" }, /^mode "sync"/],
    ["a list where a changed body is refused", { each: "json:", changedBody: "reject" }, /^changed_body "reject" is/],
    ["a list in a format with lists", { each: "json:", format: "cloudevents" }, /^each has no place beside/],
    ["a list that is no reference to JSON", { each: "header:X" }, /^each "header:X" is none of json:\/pointer/],
    ["a list at a malformed pointer", { each: "json:a" }, /^each "json:a"/],
    ["origins without CloudEvents", { origins: ["*"] }, /^origins needs format: cloudevents/],
    ["none: a list", { each: "json:/a", mode: "queue", changedBody: "duplicate" }, undefined],
    ["none: CloudEvents", { format: "cloudevents", mode: "sync", origins: ["*"], changedBody: "reject" }, undefined],
  ];
  for (const [what, over, fault] of rows) {
    it(`is ${what}`, () => {
      const { faults } = compiled(over);
      if (fault === undefined) return assert.deepEqual(faults, []);
      assert.equal(faults.length, 1, faults.join("; "));
      assert.match(faults[0]!, fault);
    });
  }
});
