import assert from "node:assert/strict";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { it } from "node:test";
import { admit } from "../../src/accept/admit.ts";

function admitted(headers: IncomingHttpHeaders): string {
  const request = { headers: { "content-length": "2", ...headers } } as IncomingMessage;
  return admit(request, { bodyBytesMax: 100 })?.code ?? "admitted";
}

const cases: [what: string, headers: IncomingHttpHeaders, answer: string][] = [
  ["a plain request", {}, "admitted"],
  ["no word of a body", { "content-length": undefined }, "length_required"],
  ["a chunked body", { "content-length": undefined, "transfer-encoding": "chunked" }, "admitted"],
  ["an empty body that is told", { "content-length": "0" }, "admitted"],
  ["a body of the longest length", { "content-length": "100" }, "admitted"],
  ["a body one byte longer", { "content-length": "101" }, "body_too_large"],
  ["identity, as it may be written", { "content-encoding": "Identity" }, "admitted"],
  ["gzip", { "content-encoding": "gzip" }, "unsupported_encoding"],
  ["two encodings", { "content-encoding": "identity, gzip" }, "unsupported_encoding"],
];
for (const [what, headers, answer] of cases) {
  it(`${what}: ${answer}`, () => assert.equal(admitted(headers), answer));
}
