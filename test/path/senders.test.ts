/**
 * Every sender's request as a whole, over real HTTP, into a source that names its preset and its secret and nothing else
 * that the sender would have to know. What signs is not hookd's: libraries from npm, or node:crypto after the documents.
 */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { randomUUID } from "node:crypto";
import { describe, it } from "node:test";
import { presetOf } from "../../src/presets/registry.ts";
import { anAcceptSource } from "../accept/a-route.ts";
import { openRig, type Rig, send } from "../accept/rig.ts";
import { LIVE_SENDERS, type LiveSender, type Request } from "../accept/signature/live-senders.ts";

const PUBLIC_URL = "https://hooks.example.com";

function openFor({ preset, secret, params = {} }: LiveSender, secrets = [secret]): Promise<Rig> {
  return openRig({
    publicUrl: PUBLIC_URL,
    sources: [
      anAcceptSource({
        path: "/in/sender",
        preset,
        secrets,
        params,
        allowWeak: true,
        toleranceMs: undefined,
        type: "literal:order.placed",
      }),
    ],
  });
}

async function signedAt(sender: LiveSender, at: number): Promise<Request> {
  const data = { id: randomUUID(), note: "héllo ☃ 😀", n: Math.floor(Math.random() * 1e9) };
  const list = [data, { ...data, n: 0 }];
  const bodies: Record<string, unknown> = { "json:": list, "json:/events": { events: list } };
  const body = bodies[presetOf(sender.preset)?.events ?? ""] ?? data;
  return await sender.sign({ body: JSON.stringify(body), id: randomUUID(), at });
}

function post({ port }: Rig, { headers, body, url = "" }: Request) {
  const { pathname, search } = new URL(url === "" ? `${PUBLIC_URL}/in/sender` : url);
  // The path as the sender has it, not as URL writes it anew.
  const path = url === "" ? pathname + search : url.slice(PUBLIC_URL.length);
  return send(port, { path, headers, body: Buffer.from(body) });
}

function changed(request: Request): Request {
  const bytes = Buffer.from(request.body);
  // A letter of the note, which stands in every body.
  const at = bytes.indexOf("llo");
  bytes[at] = bytes[at]! ^ 1;
  return { ...request, body: bytes.toString() };
}

for (const sender of LIVE_SENDERS) {
  describe(`${sender.preset}, signed by ${sender.by}`, () => {
    it("is taken, each time anew", async (t) => {
      const rig = await openFor(sender);
      t.after(rig.close);
      for (let count = 0; count < 3; count++) {
        const { status, text } = await post(rig, await signedAt(sender, rig.clock.now()));
        assert.equal(status, 202, text);
      }
    });

    it("is taken with the old secret too while both are listed, and not with another", async (t) => {
      const rotating = await openFor(sender, [sender.wrongSecret, sender.secret]);
      t.after(rotating.close);
      assert.equal((await post(rotating, await signedAt(sender, rotating.clock.now()))).status, 202);
      assert.equal(rotating.of("secret-matched")[0]?.key, 1);
      const other = await openFor(sender, [sender.wrongSecret]);
      t.after(other.close);
      const { status, json } = await post(other, await signedAt(sender, other.clock.now()));
      assert.deepEqual([status, json.code], [401, "signature_invalid"]);
    });

    it("is refused with another body, as far as the signature binds it", async (t) => {
      const rig = await openFor(sender);
      t.after(rig.close);
      const request = await signedAt(sender, rig.clock.now());
      const { status } = await post(rig, changed(request));
      const isBound = sender.bound === undefined || sender.bound(request.body) !== sender.bound(changed(request).body);
      assert.equal(status, isBound ? 401 : 202);
    });

    if (sender.toleranceMs !== undefined) {
      it("is refused when it is late", async (t) => {
        const rig = await openFor(sender);
        t.after(rig.close);
        const old = await signedAt(sender, rig.clock.now() - sender.toleranceMs! - 2000);
        assert.equal((await post(rig, old)).status, 401);
        assert.deepEqual(rig.reasons(), ["timestamp_expired"]);
      });
    }
  });
}
