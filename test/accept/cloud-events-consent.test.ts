import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { consentTo } from "../../src/accept/cloud-events-consent.ts";
import type { Rate } from "../../src/units.ts";
import { anAcceptSource } from "./a-route.ts";
import { openRig, send } from "./rig.ts";

const ASKING = ["WebHook-Request-Origin", "eventemitter.example.com", "WebHook-Request-Rate", "120"];

function consent(origins: string[], { headers = ASKING, rate }: { headers?: string[]; rate?: Rate } = {}) {
  return consentTo({ origins, rate }, headers)?.headers;
}

describe("the consent to a sender of CloudEvents", () => {
  it("names the origin and the rate", () => {
    assert.deepEqual(consent(["other.example", "EventEmitter.example.com"]), {
      Allow: "POST",
      "WebHook-Allowed-Origin": "EventEmitter.example.com",
      "WebHook-Allowed-Rate": "*",
    });
    assert.equal(consent(["*"])?.["WebHook-Allowed-Origin"], "*");
  });

  it("is given to origins that the source names, and to requests that name one", () => {
    assert.equal(consent([]), undefined);
    assert.equal(consent(["example.com", "eventemitter.example.com.evil.example"]), undefined);
    assert.equal(consent(["*"], { headers: [] }), undefined);
    assert.equal(consent(["*"], { headers: ["Origin", "https://a.example", "WebHook-Request-Origin", ""] }), undefined);
    assert.equal(consent(["*"], { headers: [...ASKING, ...ASKING] }), undefined);
  });

  it("gives the rate of the source per minute, and never none", () => {
    const rates: [count: number, perMs: number, told: string][] = [
      [100, 1000, "6000"],
      [90, 60_000, "90"],
      [2, 3_600_000, "1"],
    ];
    for (const [count, perMs, told] of rates) {
      assert.equal(consent(["*"], { rate: { count, perMs } })?.["WebHook-Allowed-Rate"], told);
    }
  });
});

it("an OPTIONS is answered to a known origin; any other is told that POST is what there is", async (t) => {
  const origins = ["eventemitter.example.com"];
  const rig = await openRig({ sources: [anAcceptSource({ format: "cloudevents", origins })] });
  t.after(rig.close);
  const ask = (origin: string) =>
    send(rig.port, {
      method: "OPTIONS",
      headers: { "WebHook-Request-Origin": origin, "WebHook-Request-Callback": `http://127.0.0.1:${rig.port}/x` },
    });
  const yes = await ask("eventemitter.example.com");
  assert.deepEqual([yes.status, yes.text, yes.headers["webhook-allowed-origin"]], [200, "", origins[0]]);
  assert.deepEqual(rig.of("handshake"), [
    { kind: "handshake", source: "events", handshake: "WebHook-Request-Origin", sourceIp: "127.0.0.1" },
  ]);
  const no = await ask("other.example.com");
  assert.deepEqual([no.status, no.headers["allow"]], [405, "POST"]);
  assert.equal(no.headers["webhook-allowed-origin"], undefined);
  assert.equal((await send(rig.port, { method: "GET" })).status, 405);
});
