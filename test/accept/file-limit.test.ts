import assert from "node:assert/strict";
import { it } from "node:test";
import { connectionsWithin, parseFileLimit } from "../../src/accept/file-limit.ts";

const LIMITS = `Limit                     Soft Limit           Hard Limit           Units
Max processes             63724                63724                processes
Max open files            1024                 524288               files
Max locked memory         67108864             67108864             bytes
`;

it("the soft limit of open files is read", () => assert.equal(parseFileLimit(LIMITS), 1024));
it("no limit is no number", () => {
  assert.equal(parseFileLimit(LIMITS.replace("1024  ", "unlimited")), undefined);
  assert.equal(parseFileLimit(""), undefined);
});
it("connections take no more than their share of the descriptors", () => {
  assert.equal(connectionsWithin(10_000, 1024), 716);
  assert.equal(connectionsWithin(500, 1024), 500);
  assert.equal(connectionsWithin(500, 1), 1);
});
