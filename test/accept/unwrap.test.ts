import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { generateKeyPairSync } from "node:crypto";
import { describe, it } from "node:test";
import { identify } from "../../src/accept/identify.ts";
import { unwrap } from "../../src/accept/unwrap.ts";
import type { SourceConfig } from "../../src/config.ts";
import { aRoute } from "./a-route.ts";

const P256 = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey
  .export({ format: "der", type: "spki" }).toString("base64");

function unwrapped(each: string | undefined, body: string, depthMax = 8) {
  return unwrap(aRoute({ each }), { headers: ["A", "b"], query: "q=1", body: Buffer.from(body), depthMax });
}

function pieces(each: string | undefined, body: string) {
  const found = unwrapped(each, body);
  assert(found.kind === "unwrapped");
  return found.pieces.map(({ received, at }) => [at, Buffer.from(received.body).toString()]);
}

function refusal(each: string, body: string) {
  const found = unwrapped(each, body);
  assert(found.kind === "refused");
  return [found.code, found.errors];
}

it("a request is one event where its source has no list, whatever the body is", () => {
  const found = unwrapped(undefined, "no json");
  assert(found.kind === "unwrapped" && !found.isList);
  assert.deepEqual(pieces(undefined, "no json"), [["", "no json"]]);
});

describe("a list", () => {
  it("is split into the exact bytes of its elements", () => {
    assert.deepEqual(pieces("json:", ' [ {"n":1.0} ,{"n": 2}]\r\n'), [["/0", '{"n":1.0}'], ["/1", '{"n": 2}']]);
    assert.deepEqual(pieces("json:/a~1b/0", '{"a/b":[["x"]]}'), [["/a~1b/0/0", '"x"']]);
    assert.deepEqual(pieces("json:", "[]"), []);
  });
  it("is told from a single event, also with one element", () => {
    const found = unwrapped("json:", "[1]");
    assert(found.kind === "unwrapped" && found.isList);
  });
  it("shares headers and query among its events", () => {
    const found = unwrapped("json:", "[1,2]");
    assert(found.kind === "unwrapped");
    for (const { received } of found.pieces) {
      assert.deepEqual([received.headers, received.query], [["A", "b"], "q=1"]);
    }
  });
  it("must be one, of a thousand events at most", () => {
    assert.deepEqual(refusal("json:", "{}"), ["schema_violation", [{ path: "", message: "must be array" }]]);
    assert.deepEqual(refusal("json:/a", "[]"), ["schema_violation", [{ path: "/a", message: "must be array" }]]);
    assert.deepEqual(refusal("json:/length", "[]")[0], "schema_violation");
    const many = (count: number) => JSON.stringify(Array.from({ length: count }, () => 0));
    assert.equal(pieces("json:", many(1000)).length, 1000);
    assert.deepEqual(refusal("json:", many(1001)), [
      "schema_violation",
      [{ path: "", message: "must not have more than 1000 items" }],
    ]);
  });
  it("is JSON, and not too deep", () => {
    assert.equal(refusal("json:", "[1,]")[0], "malformed_json");
    assert.equal(refusal("json:", "[[[[[[[[[1]]]]]]]]]")[0], "json_too_deep");
  });
});

describe("a preset whose sender sends lists", () => {
  const rows: [
    preset: string,
    over: Partial<SourceConfig>,
    body: unknown,
    events: [type: string, key: string | undefined][],
  ][] = [
    ["sendgrid", { secrets: [P256] }, [{ event: "open", sg_event_id: "a" }, { event: "click", sg_event_id: "b" }], [
      ["open", "a"],
      ["click", "b"],
    ]],
    ["hubspot-v3", {}, [{ subscriptionType: "contact.creation", eventId: 1 }], [["contact.creation", undefined]]],
    ["adyen", { secrets: ["44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056"] }, {
      live: "false",
      notificationItems: [{ NotificationRequestItem: { eventCode: "AUTHORISATION", pspReference: "7914" } }],
    }, [["AUTHORISATION", undefined]]],
    ["line", {}, { destination: "U", events: [{ type: "message", webhookEventId: "01" }] }, [["message", "01"]]],
  ];
  for (const [preset, over, body, events] of rows) {
    it(`has each of its events known by its own type and key: ${preset}`, () => {
      const route = aRoute({ preset, allowWeak: true, ...over }, { publicUrl: "https://hooks.example.com" });
      const found = unwrap(route, { headers: [], query: "", body: Buffer.from(JSON.stringify(body)), depthMax: 16 });
      assert(found.kind === "unwrapped" && found.isList);
      const identities = found.pieces.map(({ received }) => identify(route, received));
      for (const [index, identity] of identities.entries()) {
        assert(identity.kind === "identified");
        const [type, key = identity.key] = events[index]!;
        assert.deepEqual([identity.type, identity.key], [type, key]);
      }
      assert.equal(identities.length, events.length);
    });
  }
});
