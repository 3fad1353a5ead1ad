import assert from "node:assert/strict";
import { test } from "node:test";
import { expectedShape, kindOf, placeName, shapeOf } from "../../../../src/accept/signature/explain/shape.ts";
import { aCase } from "./a-capture.ts";

for (
  const [preset, expected] of [
    ["github", "sha256=<hex>"],
    ["stripe", "t=<t>,v1=<hex>"],
    ["standard", "v1,<Base64> or v1a,<Base64>"],
    ["shopify", "<Base64>"],
  ] as const
) {
  test(`what ${preset} sends looks like ${expected}`, async () => {
    assert.equal(expectedShape((await aCase({ preset })).scheme), expected);
  });
}

const HEX = "0123456789abcdef".repeat(4);
for (
  const [preset, value, shape] of [
    ["github", `sha256=${HEX}`, "sha256=<64 hex digits>"],
    ["github", HEX, "<64 hex digits>"],
    ["github", "sha256=", "sha256=<nothing>"],
    ["github", "sha256=abc", "sha256=<3 characters>"],
    ["stripe", `t=1700000000,v0=${HEX}`, "t=<10 digits>,v0=<64 hex digits>"],
    ["shopify", "AAAABBBBCCCCDDDDEEEE+/==", "<24 characters of Base64>"],
    ["shopify", "AAAABBBBCCCCDDDD-_", "<18 characters of Base64 for URLs>"],
    ["gitlab-token", "id=my-secret-token", "<18 characters>"],
    [
      "stripe",
      Array.from({ length: 9 }, () => "v1=a").join(","),
      `${Array.from({ length: 6 }, () => "v1=<1 character>").join(",")} and 3 more`,
    ],
    ["github", "", "nothing"],
  ] as const
) {
  test(`of ${preset}'s ${value.slice(0, 24)} the shape is told and no more`, async () => {
    assert.equal(shapeOf(value, (await aCase({ preset })).scheme), shape);
  });
}

test("a text is told by its kind and length", () => {
  assert.deepEqual(["", "12", "abc", "x y z x y z x y z x"].map(kindOf), [
    "<nothing>",
    "<2 digits>",
    "<3 characters>",
    "<19 characters>",
  ]);
});

test("a place is named as the preset writes it", async () => {
  const { preset, scheme } = await aCase({ preset: "github" });
  assert.equal(placeName(scheme.places[0]!, preset), "the header X-Hub-Signature-256");
  const mailgun = await aCase({ preset: "mailgun" });
  assert.equal(placeName(mailgun.scheme.places[0]!, mailgun.preset), "/signature/signature of the body");
});
