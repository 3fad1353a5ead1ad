/**
 * Fresh events from every sender over HTTP: all are accepted. Then each is changed in a thousand ways: none is accepted
 * beyond what its signature binds. `HOOKD_SEED` brings a run back.
 */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { createServer, type IncomingMessage, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import process from "node:process";
import { after, before, describe, it } from "node:test";
import { newSeed, randomFrom } from "../../../src/cli/seeded-random.ts";
import type { Random } from "../../../src/ports.ts";
import { presetOf, PRESETS } from "../../../src/presets/registry.ts";
import { compileScheme } from "../../../src/accept/signature/scheme.ts";
import type { SignedRequest } from "../../../src/accept/signature/verdict.ts";
import { verify } from "../../../src/accept/signature/verify.ts";
import { aSignedRequest } from "./a-signed-request.ts";
import { type Event, LIVE_SENDERS, type LiveSender, type Request } from "./live-senders.ts";
import { type Attempt, change } from "./live-changes.ts";

const seed = Number(process.env.HOOKD_SEED ?? newSeed());
const EVENTS = 10;
const CHANGES = 1000;
console.log(`live signers: HOOKD_SEED=${seed}, ${LIVE_SENDERS.length} senders, ${CHANGES} changes each`);

function anEvent(random: Random): Event {
  const below = (count: number) => Math.floor(random() * count);
  const words = ["caf\u00e9", "\u2603", "\ud83d\ude00", "a=b&c", "{body}", '"', "\\", " ", "\u0000", "v0:1:"];
  const text = Array.from({ length: 3 + below(20) }, () => words[below(words.length)] ?? "").join("");
  const id = Array.from({ length: 24 }, () => "abcdefghij0123456789"[below(20)]).join("");
  // Some senders put escapes on the wire, some do not; long numbers show who writes a body anew.
  const data = JSON.stringify({ id, type: "ping", text, n: random() * 2 ** below(60) });
  const body = below(2) === 0
    ? data
    : data.replace(/[\u0080-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return { id: `msg_${id}`, at: 1_700_000_000_000 + below(100_000_000), body };
}

async function accepts({ preset, secret, params = {} }: LiveSender, request: SignedRequest, now: number) {
  const { scheme } = compileScheme(presetOf(preset)!, { secrets: [secret], toleranceMs: undefined, params });
  return await verify(scheme, request, now);
}

async function gathered(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

describe("a fresh event, sent over HTTP", () => {
  const arrived: IncomingMessage[] = [];
  const bodies: Promise<Buffer>[] = [];
  const server = createServer((request, response) => {
    arrived.push(request);
    bodies.push(gathered(request));
    void bodies.at(-1)!.then(() => response.end());
  });
  before(() => once(server.listen(0, "127.0.0.1"), "listening"));
  after(() => server.close());

  async function overHttp({ headers, body, url }: Request): Promise<SignedRequest> {
    const { port } = server.address() as AddressInfo;
    const target = url === undefined ? "/" : url.slice(new URL(url).origin.length);
    const sent = httpRequest({ port, host: "127.0.0.1", method: "POST", path: target, headers });
    sent.end(body);
    const [answer] = (await once(sent, "response")) as [IncomingMessage];
    answer.resume();
    await once(answer, "end");
    const got = arrived.at(-1)!;
    return {
      ...aSignedRequest({ method: got.method!, url: url && new URL(url).origin + got.url, body: await bodies.at(-1)! }),
      headers: got.rawHeaders,
    };
  }

  for (const [at, sender] of LIVE_SENDERS.entries()) {
    it(`of ${sender.preset}, signed by ${sender.by}, is accepted`, async () => {
      const random = randomFrom(seed + at);
      for (let count = 0; count < EVENTS; count++) {
        const event = anEvent(random);
        const request = await overHttp(await sender.sign(event));
        // At once, and as early and as late as its documents allow; a second that is signed has begun a moment ago.
        const within = Math.max(0, (sender.toleranceMs ?? 0) - 1000);
        for (const now of [event.at, event.at - within, event.at + within]) {
          const verdict = await accepts(sender, request, now);
          assert.equal(verdict.kind === "verified" ? "verified" : verdict.reason, "verified", JSON.stringify(event));
        }
      }
    });
  }
});

it("every preset that is data has a live sender", () => {
  const live = new Set(LIVE_SENDERS.map(({ preset }) => preset));
  assert.deepEqual(Object.keys(PRESETS).filter((name) => !("code" in PRESETS[name]!) && !live.has(name)), []);
});

describe(`an event that was changed in one of ${CHANGES} ways`, () => {
  let [refused, same] = [0, 0];
  for (const [at, sender] of LIVE_SENDERS.entries()) {
    it(`of ${sender.preset}, signed by ${sender.by}, is not accepted beyond what is bound`, async () => {
      const random = randomFrom(seed + 1000 + at);
      const signed: { event: Event; original: Request }[] = [];
      for (let count = 0; count < EVENTS; count++) {
        const event = anEvent(random);
        signed.push({ event, original: await sender.sign(event) });
      }
      for (let count = 0; count < CHANGES; count++) {
        const { event, original } = signed[count % EVENTS]!;
        const attempt = change({ sender, event, original }, random);
        const verdict = await accepts(
          { ...sender, secret: attempt.secret },
          aSignedRequest(attempt.request),
          attempt.now,
        );
        if (verdict.kind === "unverified") refused += 1;
        else {
          assert(saysTheSame(sender, original, attempt), `${attempt.what} was accepted; ${JSON.stringify(attempt)}`);
          same += 1;
        }
      }
    });
  }
  after(() =>
    console.log(`live signers: ${refused} refused, ${same} accepted because nothing that is bound was changed`)
  );
});

/** Where only some of a body is bound, the rest may be anything. */
function saysTheSame({ bound }: LiveSender, original: Request, { touched, request }: Attempt): boolean {
  if (bound === undefined || touched !== "body") return false;
  return bound(Buffer.from(request.body!).toString()) === bound(original.body);
}
