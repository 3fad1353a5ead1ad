import assert from "node:assert/strict";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { it } from "node:test";
import { admit, overload } from "../../src/accept/admit.ts";
import type { StoreStatus } from "../../src/ports.ts";
import { fakeClock } from "../support/fake-clock.ts";
import { fakeStore } from "../support/fake-store.ts";

function needs(over: Partial<StoreStatus> = {}) {
  const store = fakeStore(fakeClock());
  store.pretend = over;
  return { store, limits: () => ({ bodyBytesMax: 100, queueMax: 10 }) };
}

function admitted(headers: IncomingHttpHeaders, over: Partial<StoreStatus> = {}): string {
  return admit(needs(over), { headers: { "content-length": "2", ...headers } } as IncomingMessage)?.code ?? "admitted";
}

const cases: [what: string, headers: IncomingHttpHeaders, status: Partial<StoreStatus>, answer: string][] = [
  ["a plain request", {}, {}, "admitted"],
  ["no word of a body", { "content-length": undefined }, {}, "length_required"],
  ["a chunked body", { "content-length": undefined, "transfer-encoding": "chunked" }, {}, "admitted"],
  ["an empty body that is told", { "content-length": "0" }, {}, "admitted"],
  ["a body of the longest length", { "content-length": "100" }, {}, "admitted"],
  ["a body one byte longer", { "content-length": "101" }, {}, "body_too_large"],
  ["identity, as it may be written", { "content-encoding": "Identity" }, {}, "admitted"],
  ["gzip", { "content-encoding": "gzip" }, {}, "unsupported_encoding"],
  ["two encodings", { "content-encoding": "identity, gzip" }, {}, "unsupported_encoding"],
  ["one event below the bound", {}, { depth: 9 }, "admitted"],
  ["a full queue", {}, { depth: 10 }, "overloaded"],
  ["a store that refuses", {}, { accepting: false }, "store_failed"],
];
for (const [what, headers, status, answer] of cases) {
  it(`${what}: ${answer}`, () => assert.equal(admitted(headers, status), answer));
}

it("why the store refuses is not told to the sender", () => {
  const refusal = overload(needs({ accepting: false, reason: "/data/journal is on fire" }));
  assert.equal(refusal?.reason, "store_refusing");
  assert(!JSON.stringify(refusal).includes("fire"));
});
