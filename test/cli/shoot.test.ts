import { verify } from "@octokit/webhooks-methods";
import assert from "node:assert/strict";
import { test } from "node:test";
import { CHAOS_KINDS, planShots, type Shot } from "../../src/cli/chaos.ts";
import { createShoot, type Ending } from "../../src/cli/shoot.ts";
import { createSender, type Sender } from "../../src/sender/sender.ts";
import { type Asked, jsonServer } from "../support/json-server.ts";

const SECRET = "It's a Secret";
const HOUR_MS = 3_600_000;

/** Verifies as GitHub's own library does. */
async function isGenuine({ headers, body }: Asked): Promise<boolean> {
  const signature = headers["x-hub-signature-256"];
  return typeof signature === "string" && await verify(SECRET, body, signature);
}

function aReceiver() {
  return jsonServer(async (asked) => ({ status: await isGenuine(asked) ? 202 : 401 }));
}

function shooter(sender: Sender, keyOf: (number: number) => object = (number) => ({ key: `key-${number}` })) {
  const eventOf = (number: number) => ({ type: "push", data: { number, text: "x".repeat(50) }, ...keyOf(number) });
  const shoot = createShoot({ sender, eventOf, signsTime: false, staleMs: HOUR_MS, now: Date.now });
  return (shot: Partial<Shot>) =>
    shoot({ event: 1, kind: "plain", comesAgain: false, dice: 0.5, ...shot }, performance.now());
}

const ended = ({ kind, fate, status, expected }: Ending) => ({ kind, fate, status, expected });
const TURNED_AWAY = { fate: { kind: "rejected", reason: "http_401" }, status: 401, expected: true };
const TAKEN = { fate: { kind: "accepted" }, status: 202, expected: true };

test("each kind of chaos does to the request what it says, and a receiver that verifies sees it", async () => {
  const { url, asked } = await aReceiver();
  const sender = createSender({ url, secret: SECRET, preset: "github" });
  const shoot = shooter(sender);
  assert.deepEqual(ended(await shoot({ kind: "plain" })), { kind: "plain", ...TAKEN });
  assert.deepEqual(ended(await shoot({ kind: "tamper" })), { kind: "tamper", ...TURNED_AWAY });
  assert.deepEqual(ended(await shoot({ kind: "unsigned" })), { kind: "unsigned", ...TURNED_AWAY });
  await sender.close();
  const [plain, tampered, unsigned] = asked;
  assert.ok(plain && tampered && unsigned);
  assert.equal(tampered.headers["x-hub-signature-256"], plain.headers["x-hub-signature-256"]);
  assert.equal(tampered.body.length, plain.body.length);
  assert.notEqual(tampered.body, plain.body);
  assert.equal(unsigned.headers["x-hub-signature-256"], undefined);
  assert.equal(unsigned.body, plain.body);
});

test("a truncated request reaches the receiver in part, and counts as no failure", async () => {
  const { url, asked, until } = await aReceiver();
  const sender = createSender({ url, secret: SECRET, preset: "github" });
  const ending = await shooter(sender)({ kind: "truncate" });
  await until(1);
  await sender.close();
  assert.deepEqual(ended(ending), {
    kind: "truncate",
    fate: { kind: "unanswered", reason: "cut_off" },
    status: undefined,
    expected: true,
  });
  assert.equal(ending.failure, undefined);
  const [request] = asked;
  assert.ok(request);
  assert.equal(request.isWhole, false);
  assert.ok(request.body.length > 0 && request.body.length < Number(request.headers["content-length"]));
});

for (const data of ["", "1"]) {
  test(`a body of ${data.length} bytes, too short to be cut, is cut off all the same`, async () => {
    const { url, asked, until } = await aReceiver();
    const sender = createSender({ url, secret: SECRET, preset: "github", source: { data: "body" } });
    const eventOf = () => ({ type: "push", data });
    const shoot = createShoot({ sender, eventOf, signsTime: false, staleMs: HOUR_MS, now: Date.now });
    const { fate } = await shoot({ event: 1, kind: "truncate", comesAgain: false, dice: 0.9 }, 0);
    await until(1);
    await sender.close();
    assert.deepEqual(fate, { kind: "unanswered", reason: "cut_off" });
    assert.deepEqual(asked.map(({ isWhole }) => isWhole), [false]);
  });
}

test("an event whose handler failed is told apart from one that was not taken", async () => {
  const { url } = await jsonServer(() => ({ status: 500, body: { status: "failed", error: "no stock" } }));
  const sender = createSender({ url, secret: SECRET, preset: "github" });
  const { fate, expected } = await shooter(sender)({ kind: "plain" });
  await sender.close();
  assert.deepEqual({ fate, expected }, { fate: { kind: "failed", reason: "failed" }, expected: false });
});

test("a slow request is whole and genuine in the end", async () => {
  const { url, asked } = await aReceiver();
  const sender = createSender({ url, secret: SECRET, preset: "github" });
  const ending = await shooter(sender)({ kind: "slow" });
  await sender.close();
  assert.deepEqual(ended(ending), { kind: "slow", ...TAKEN });
  assert.equal(asked[0]?.headers["content-length"], String(asked[0]?.body.length));
});

test("a duplicate is the same request to the byte", async () => {
  const { url, asked } = await aReceiver();
  const sender = createSender({ url, secret: SECRET, preset: "github" });
  // A key is made for each, so that only the kept request can be the same.
  const shoot = shooter(sender, () => ({}));
  await shoot({ comesAgain: true });
  await shoot({ kind: "duplicate" });
  await sender.close();
  assert.deepEqual(asked[1], asked[0]);
});

test("a stale request is signed with a time beyond the tolerance", () => {
  const signed: number[] = [];
  const sender = createSender({ url: "http://127.0.0.1:1/", secret: "whsec_abc", preset: "stripe" });
  const prepare = sender.prepare.bind(sender);
  sender.prepare = (event, options) => {
    signed.push(options?.at ?? NaN);
    return prepare(event, options);
  };
  const eventOf = () => ({ type: "a", data: {} });
  const shoot = createShoot({ sender, eventOf, signsTime: true, staleMs: HOUR_MS, now: () => 1_700_000_000_000 });
  return shoot({ event: 1, kind: "stale", comesAgain: false, dice: 0 }, 0).then(() => {
    assert.deepEqual(signed, [1_700_000_000_000 - HOUR_MS]);
    return sender.close();
  });
});

test("a receiver that takes a tampered request did not do as it should", async () => {
  const { url } = await jsonServer(() => ({ status: 200 }));
  const sender = createSender({ url, secret: SECRET, preset: "github" });
  assert.deepEqual(ended(await shooter(sender)({ kind: "tamper" })), {
    kind: "tamper",
    fate: { kind: "accepted" },
    status: 200,
    expected: false,
  });
  await sender.close();
});

test("no answer is a failure, also of a request that was to be refused", async () => {
  const sender = createSender({ url: "http://127.0.0.1:1/", secret: SECRET, preset: "github" });
  for (const kind of ["plain", "tamper"] as const) {
    const ending = await shooter(sender)({ kind });
    assert.equal(ending.expected, false);
    assert.deepEqual(ending.fate, { kind: "unanswered", reason: "connection_lost" });
    assert.equal(ending.failure?.code, "ERR_SEND_FAILED");
  }
  await sender.close();
});

test("a plan from a seed is sent exactly: each kind as often as planned, no event left out", async () => {
  const { url, asked, until } = await aReceiver();
  const sender = createSender({ url, secret: SECRET, preset: "github" });
  const shoot = shooter(sender);
  const kinds = CHAOS_KINDS.filter((kind) => kind !== "slow");
  const shots = [...planShots({ count: 24, kinds, seed: 11 })];
  const endings: Ending[] = [];
  for (const shot of shots) endings.push(await shoot(shot));
  await until(shots.length);
  await sender.close();
  assert.ok(endings.every(({ expected }) => expected));

  // The number of the event and whether it was genuine, of each request; a cut one may be seen late.
  const seen = await Promise.all(
    asked.map(async (one) => `${one.headers["x-github-delivery"]} ${await isGenuine(one)}`),
  );
  const spoiled = ["tamper", "unsigned", "truncate"];
  const planned = shots.map(({ event, kind }) => `key-${event} ${!spoiled.includes(kind)}`);
  assert.deepEqual(seen.sort(), planned.sort());
  assert.equal(new Set(shots.map(({ event }) => event)).size, 24);
});
