/** `hookd send` against the daemon: whatever a shared secret can sign for is taken, once, with nothing else said. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { presetOf } from "../../src/presets/registry.ts";
import { exampleData, exampleType } from "../../src/sender/example-events.ts";
import { createSender } from "../../src/sender/sender.ts";
import { senderPreset, SIGNABLE } from "../../src/sender/sender-presets.ts";
import { DaemonProcess } from "../support/daemon-process.ts";

/** Text, hex and, with its prefix, Base64. */
const SECRET = "00112233445566778899aabbccddeeff";
const PUBLIC_URL = "https://hooks.example.com";

const sources = Object.fromEntries(SIGNABLE.map((preset) => [preset, {
  path: `/in/${preset}`,
  mode: "ack",
  unknown: "accept",
  verify: { preset, secrets: ["${env:HOOKD_SECRET}"], allow_weak: presetOf(preset)!.weak !== undefined },
  ...(senderPreset(preset).content.includes("{form-sorted}") ? { data: "body" } : {}),
}]));

test("every preset that can be signed for is taken by the daemon, and refused with another secret", async (t) => {
  const daemon = await DaemonProcess.start({
    config: { sources, public_url: PUBLIC_URL },
    env: { HOOKD_SECRET: SECRET },
  });
  for (const preset of SIGNABLE) {
    await t.test(preset, async () => {
      const options = { url: `${daemon.publicUrl}/in/${preset}`, preset, publicUrl: PUBLIC_URL };
      const event = { type: exampleType({ preset, type: undefined }), data: exampleData("user.created") };
      if (preset === "adyen") event.data = exampleData("AUTHORISATION");

      const sender = createSender({ ...options, secret: SECRET });
      const request = sender.prepare(event);
      const first = await sender.deliver(request);
      assert.equal(first.status, 202, JSON.stringify(first.body));
      const again = await sender.deliver(request);
      assert.match(JSON.stringify(again.body), /"duplicate":true|already_processed|"duplicates":1/);
      const unsigned = await sender.deliver(sender.unsign(request));
      assert.equal(unsigned.status, 401);
      await sender.close();

      const other = createSender({ ...options, secret: SECRET.replace("00", "ff") });
      assert.equal((await other.send(event)).status, 401);
      await other.close();
    });
  }
  await daemon.end();
});
