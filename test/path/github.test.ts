import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { sign } from "@octokit/webhooks-methods";
import { DaemonProcess, SECRET } from "../support/daemon-process.ts";
import { SignedSender } from "../support/signed-post.ts";

/** A push as GitHub sends it, from a package that GitHub's own users keep. */
function realPush(): Buffer {
  const file = createRequire(import.meta.url).resolve("@octokit/webhooks-examples");
  const definitions: { name: string; examples: unknown[] }[] = JSON.parse(readFileSync(file, "utf8"));
  const push = definitions.find(({ name }) => name === "push")!.examples[0];
  // With the line ends, the spaces and a letter beyond ASCII that a parser and a printer would not give back.
  return Buffer.from(`${JSON.stringify(push, undefined, 1)}\r\n  `.replace('"ref"', '"\\u00e9é":1.0,"ref"'));
}

test("a signed push of GitHub is verified, stored, handled in a thread and shown byte for byte", async () => {
  const daemon = await DaemonProcess.start();
  const sender = new SignedSender();
  const body = realPush();
  const headers = {
    "Content-Type": "application/json",
    "X-GitHub-Event": "push",
    "X-GitHub-Delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
    "X-Hub-Signature-256": await sign(SECRET, body.toString()),
  };
  const url = `${daemon.publicUrl}/webhooks/github`;

  const forged = await sender.send(url, { body: Buffer.concat([body, Buffer.from(" ")]), headers });
  assert.equal(forged.status, 401);

  const answer = await sender.send(url, { body, headers });
  assert.equal(answer.status, 202);
  const id: string = answer.body.event_id;
  await daemon.settled();

  const shown = (await daemon.admin(`/events/${id}`)).body;
  assert.deepEqual(Buffer.from(shown.body_base64, "base64"), body);
  assert.equal(shown.body, body.toString());
  assert.equal(shown.state, "completed");
  assert.equal(shown.event_type, "push");
  assert.equal(shown.idempotency_key, headers["X-GitHub-Delivery"]);
  assert.ok(shown.headers.some(([name, value]: string[]) => name === "X-GitHub-Event" && value === "push"));
  assert.ok(!JSON.stringify(shown.headers).includes(headers["X-Hub-Signature-256"].slice(10)));

  const sha256 = createHash("sha256").update(body).digest("hex");
  assert.deepEqual(daemon.effects().map((effect) => [effect.id, effect.sha256]), [[id, sha256]]);

  const again = await sender.send(url, { body, headers });
  assert.deepEqual([again.status, again.body.status, again.body.event_id], [200, "already_processed", id]);
  sender.close();
  await daemon.end();
});
