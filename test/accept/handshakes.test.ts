import assert from "node:assert/strict";
import { it } from "node:test";
import { handshakesOf } from "../../src/accept/handshakes.ts";
import { PRESETS } from "../../src/presets/registry.ts";

const params = { verify_token: "t" };
const all = Object.keys(PRESETS).flatMap((preset) =>
  handshakesOf(preset, params).map((handshake) => ({ preset, ...handshake }))
);

it("the presets with a handshake are these", () => {
  const presets = [...new Set(all.map(({ preset }) => preset))].sort();
  assert.deepEqual(presets, ["aws-sns", "discord", "dropbox", "meta", "slack", "twitch", "x", "zoom"]);
});

it("what is signed for anybody or for a sender is bound in length and alphabet", () => {
  for (const { preset, challenge, signs } of all) {
    if (signs !== true) continue;
    assert(challenge !== undefined, preset);
    for (const text of ["{}", "[]", '""', "v0:1:{}", "a\n", "x".repeat(257)]) {
      assert(!challenge.pattern.test(text), `${preset} ${text}`);
    }
  }
});

it("an echo is plain text that no browser takes for more", () => {
  for (const { preset, challenge, answer } of all) {
    const { body, contentType, headers } = answer({ challenge: "<b>", mac: () => "" });
    if (challenge === undefined || body !== "<b>") continue;
    assert.equal(contentType, "text/plain; charset=utf-8", preset);
    assert.deepEqual(headers, { "X-Content-Type-Options": "nosniff" }, preset);
  }
});

it("a handshake that compares a text is there only with that text, and names of no preset have none", () => {
  assert.equal(handshakesOf("meta", params).length, 1);
  assert.equal(handshakesOf("meta", {}).length, 0);
  assert.equal(handshakesOf("constructor", params).length, 0);
});
