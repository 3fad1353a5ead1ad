import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { test } from "node:test";
import {
  CHAOS_KINDS,
  countShots,
  CutOff,
  cutOff,
  dripping,
  type Plan,
  planShots,
  tampered,
} from "../../src/cli/chaos.ts";

const planned = (plan: Plan) => [...planShots(plan)];

const body = Buffer.from('{"user_id":"user_42"}');

test("without chaos every event is sent once, in order", () => {
  const shots = planned({ count: 3, kinds: [], seed: 1 });
  assert.deepEqual(shots.map(({ event, kind, comesAgain }) => ({ event, kind, comesAgain })), [
    { event: 1, kind: "plain", comesAgain: false },
    { event: 2, kind: "plain", comesAgain: false },
    { event: 3, kind: "plain", comesAgain: false },
  ]);
});

test("a seed gives the same plan again, another seed another one", () => {
  const plan = (seed: number) => planned({ count: 40, kinds: CHAOS_KINDS, seed });
  assert.deepEqual(plan(7), plan(7));
  assert.notDeepEqual(plan(7), plan(8));
});

test("how many of each kind is exact, whatever the seed", () => {
  for (let seed = 0; seed < 50; seed++) {
    const counts: Record<string, number> = {};
    for (const { kind } of planned({ count: 28, kinds: CHAOS_KINDS, seed })) counts[kind] = (counts[kind] ?? 0) + 1;
    // 28 events are two rounds of 14: each of the 7 kinds twice, 14 plain, and the originals of 2 duplicates.
    assert.deepEqual(counts, { plain: 16, ...Object.fromEntries(CHAOS_KINDS.map((kind) => [kind, 2])) });
  }
});

test("how many requests a plan has is known before it is carried out", () => {
  for (const kinds of [[], CHAOS_KINDS, ["tamper"], ["stale", "duplicate"], ["duplicate"]] as const) {
    for (let count = 1; count <= 30; count++) {
      assert.equal(countShots({ count, kinds }), planned({ count, kinds, seed: count }).length);
    }
  }
});

test("one event gets the one kind that was asked for", () => {
  assert.deepEqual(planned({ count: 1, kinds: ["tamper"], seed: 5 }).map(({ kind }) => kind), ["tamper"]);
});

test("a duplicate comes after its original, and every event is sent", () => {
  for (let seed = 0; seed < 50; seed++) {
    const shots = planned({ count: 20, kinds: ["duplicate", "reorder"], seed });
    for (const [at, { event, kind }] of shots.entries()) {
      if (kind !== "duplicate") continue;
      const first = shots.findIndex((shot) => shot.event === event);
      assert.ok(first < at);
      assert.equal(shots[first]?.comesAgain, true);
      assert.equal(shots.filter((shot) => shot.event === event).length, 2);
    }
    assert.equal(new Set(shots.map(({ event }) => event)).size, 20);
  }
});

test("reordered events are overtaken by at most four others", () => {
  const shots = planned({ count: 100, kinds: ["reorder"], seed: 3 });
  const overtakers = shots.map(({ event }, at) => shots.slice(0, at).filter((before) => before.event > event).length);
  assert.ok(overtakers.some((count) => count > 0));
  assert.ok(overtakers.every((count) => count <= 4));
});

test("tampering turns exactly one bit and leaves the original alone", () => {
  for (const dice of [0, 0.5, 0.999999]) {
    const before = Buffer.from(body);
    const copy = tampered(body, dice);
    const differing = copy.map((byte, at) => byte ^ (body[at] ?? 0)).filter((byte) => byte !== 0);
    assert.deepEqual([...differing], [1]);
    assert.deepEqual(body, before);
  }
  assert.equal(tampered(new Uint8Array(), 0.5).byteLength, 1);
});

test("a cut body ends early but not at once, with an error that is known as ours", async () => {
  for (const dice of [0, 0.5, 0.999999]) {
    const pieces: Uint8Array[] = [];
    await assert.rejects(async () => {
      for await (const piece of cutOff(body, dice)) pieces.push(piece);
    }, CutOff);
    const sent = Buffer.concat(pieces);
    assert.ok(sent.length >= 1 && sent.length < body.length);
    assert.deepEqual(sent, body.subarray(0, sent.length));
  }
});

test("a dripping body is whole in the end, with a wait between pieces", async () => {
  const pieces: Uint8Array[] = [];
  let waits = 0;
  const options = { pieces: 4, wait: async () => void waits++ };
  for await (const piece of dripping(body, options)) pieces.push(piece);
  assert.deepEqual(Buffer.concat(pieces), body);
  assert.deepEqual({ pieces: pieces.length, waits }, { pieces: 4, waits: 3 });
});
