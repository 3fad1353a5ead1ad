import assert from "node:assert/strict";
import { it } from "node:test";
import { PRESETS } from "../../../src/presets/registry.ts";
import { compileScheme } from "../../../src/accept/signature/scheme.ts";
import { parsedBody } from "../../../src/accept/signature/signed-content.ts";
import { parseTime, signedTime } from "../../../src/accept/signature/signed-time.ts";
import { aSignedRequest, type Asked } from "./a-signed-request.ts";

const times: [text: string, unit: "s" | "ms" | "iso", at: number | undefined][] = [
  ["1700000000", "s", 1_700_000_000_000],
  ["0", "s", 0],
  ["1700000000123", "ms", 1_700_000_000_123],
  // What parseInt, Number or Date.parse would take.
  ["1700000000abc", "s", undefined],
  ["abc", "s", undefined],
  ["", "s", undefined],
  [" 1700000000", "s", undefined],
  ["-1700000000", "s", undefined],
  ["+1700000000", "s", undefined],
  ["1.7e9", "s", undefined],
  ["1700000000.5", "s", undefined],
  ["0x6553f100", "s", undefined],
  ["12345678901234567", "s", undefined],
  ["١٧٠٠٠٠٠٠٠٠", "s", undefined],
  ["2023-11-14T22:13:20Z", "s", undefined],
  ["2023-11-14T22:13:20Z", "iso", 1_700_000_000_000],
  ["2023-11-14T22:13:20.123456789Z", "iso", 1_700_000_000_123],
  ["2023-11-14T22:13:20.1Z", "iso", 1_700_000_000_100],
  ["2023-11-14T22:13:20-00:00", "iso", 1_700_000_000_000],
  ["2023-11-15T00:13:20+02:00", "iso", 1_700_000_000_000],
  ["2023-11-14T22:13:20", "iso", undefined],
  ["2023-11-14 22:13:20Z", "iso", undefined],
  ["2023-11-14T22:13:20z", "iso", undefined],
  ["2023-13-14T22:13:20Z", "iso", undefined],
  ["2023-11-14T25:13:20Z", "iso", undefined],
  ["2023-11-14T22:13:20.1234567890Z", "iso", undefined],
  ["Tue, 14 Nov 2023 22:13:20 GMT", "iso", undefined],
  ["2023", "iso", undefined],
  ["1700000000", "iso", undefined],
];
for (const [text, unit, at] of times) {
  it(`"${text}" in ${unit} is ${at ?? "no time"}`, () => assert.equal(parseTime(text, unit), at));
}

function timeOf(preset: string, asked: Asked, items: { label: string; value: string }[] = []) {
  const { scheme } = compileScheme(PRESETS[preset]!, { secrets: [], toleranceMs: undefined });
  assert(scheme.kind === "declared");
  const request = aSignedRequest(asked);
  return signedTime(scheme, { request, root: () => parsedBody(request), items });
}

it("a scheme that signs no time has none", () => assert.equal(timeOf("github", {}), undefined));

const found: [preset: string, asked: Asked, items: { label: string; value: string }[], time: unknown][] = [
  ["slack", { headers: { "X-Slack-Request-Timestamp": "1700000000" } }, [], 1_700_000_000_000],
  ["slack", {}, [], "missing_header"],
  ["slack", { headers: { "X-Slack-Request-Timestamp": ["1", "2"] } }, [], "duplicate_header"],
  ["slack", { headers: { "X-Slack-Request-Timestamp": "now" } }, [], "malformed_timestamp"],
  ["stripe", {}, [{ label: "t", value: "1700000000" }], 1_700_000_000_000],
  ["stripe", {}, [], "malformed_signature"],
  ["stripe", {}, [{ label: "t", value: "1" }, { label: "t", value: "1700000000" }], "malformed_signature"],
  ["linear", { body: '{"webhookTimestamp":1700000000123}' }, [], 1_700_000_000_123],
  ["linear", { body: '{"webhookTimestamp":"1700000000123"}' }, [], 1_700_000_000_123],
  ["linear", { body: '{"webhookTimestamp":1.5}' }, [], "malformed_timestamp"],
  ["linear", { body: '{"webhookTimestamp":null}' }, [], "missing_field"],
  ["linear", { body: "not JSON" }, [], "missing_field"],
];
for (const [preset, asked, items, time] of found) {
  it(`${preset} finds ${time} in ${JSON.stringify({ ...asked, items })}`, () => {
    assert.equal(timeOf(preset, asked, items), time);
  });
}
