import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import type { Decision } from "../../src/model.ts";
import { letterId, toLetter } from "../../src/settle/letter.ts";
import { reconcile, Redeliver } from "../../src/settle/redeliver.ts";
import { DeadLetterFile } from "../../src/store/dead-letters.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import { anEvent } from "../support/an-event.ts";
import { fakeClock } from "../support/fake-clock.ts";
import { tempFolder } from "../support/temp-folder.ts";

const failure = { code: "Error", message: "no luck" };
const dead: Decision = { kind: "dead-letter", failure, park: false };
const never = new AbortController().signal;

const opened: DeadLetterFile[] = [];
afterEach(async () => {
  for (const file of opened.splice(0)) await file.close();
});

async function rig() {
  const clock = fakeClock();
  const store = new MemoryStore(clock);
  const deadLetters = await DeadLetterFile.open({ folder: tempFolder(), rotateBytes: 1e6 });
  opened.push(deadLetters);
  const needs = { store, archive: store, deadLetters, clock };
  /** Runs the next event to its death, in whole or up to a crash in between. */
  const die = async (upTo: "letter" | "outcome" = "outcome") => {
    const delivery = (await store.claim(1, never))[0]!;
    await deadLetters.append(toLetter(delivery, { failure, attempts: 1, failedAt: clock.now(), data: null }));
    await store.settle(delivery, upTo === "outcome" ? dead : { kind: "give-back" });
    return delivery.event.id;
  };
  const append = async (over = {}) => void (await store.append([anEvent({ receivedAt: clock.now(), ...over })]));
  return { ...needs, redeliver: new Redeliver(needs), reconcile: () => reconcile(needs), die, append };
}

describe("dead letters", () => {
  it("come back all, or those that a filter names", async () => {
    const { redeliver, append, die, store } = await rig();
    const ids: string[] = [];
    for (const type of ["a", "b", "a"]) {
      await append({ type });
      ids.push(await die());
    }
    assert.deepEqual(await redeliver.retryLetters({ type: "a" }), { retried: [ids[0], ids[2]], remaining: 1 });
    assert.equal(store.status().depth, 2);
    assert.deepEqual(await redeliver.retryLetters({}), { retried: [ids[1]], remaining: 0 });
    assert.deepEqual(await redeliver.retryLetters({}), { retried: [], remaining: 0 });
  });

  it("come back once each, and dying again is a new letter", async () => {
    const { redeliver, append, die, deadLetters } = await rig();
    await append();
    const id = await die();
    assert.equal(await redeliver.retryLetter(id), true);
    assert.equal(await redeliver.retryLetter(id), false);
    assert.equal(await die(), id);
    assert.deepEqual((await deadLetters.list({ limit: 10 })).items.map((letter) => letter.id), [letterId(id, 1)]);
    assert.equal(await redeliver.retryLetter(letterId(id, 1)), true);
  });

  it("are dropped for good", async () => {
    const { redeliver, append, die, archive } = await rig();
    await append();
    const id = await die();
    assert.equal(await redeliver.dropLetter(id), true);
    assert.equal(await redeliver.dropLetter(id), false);
    assert.equal(await redeliver.retryLetter(id), false);
    assert.equal(await archive.revive(id), false);
  });
});

describe("the start after a crash", () => {
  it("knows the dead whose outcome was not written, and does not run them again", async () => {
    const { append, die, reconcile } = await rig();
    await append();
    const id = await die("letter");
    assert.deepEqual([...await reconcile()], [[id, failure]]);
  });

  it("closes the letter of an event that was revived before the line was written", async () => {
    const { append, die, archive, reconcile, deadLetters } = await rig();
    await append();
    await archive.revive(await die());
    assert.deepEqual([...await reconcile()], []);
    assert.equal(deadLetters.count(), 0);
  });

  it("closes such a letter also when the event has ended since", async () => {
    for (const end of ["complete", "die"] as const) {
      const { append, die, archive, reconcile, deadLetters, store } = await rig();
      await append();
      const id = await die();
      await archive.revive(id);
      if (end === "die") await die();
      else await store.settle((await store.claim(1, never))[0]!, { kind: "complete", result: "1" });
      await reconcile();
      const left = (await deadLetters.list({ limit: 10 })).items.map((letter) => letter.id);
      assert.deepEqual(left, end === "die" ? [letterId(id, 1)] : []);
      assert.deepEqual([...archive.dead()], end === "die" ? [id] : []);
    }
  });

  it("tells a letter of the second death from one of the first", async () => {
    const { append, die, redeliver, reconcile, deadLetters } = await rig();
    await append();
    const id = await die();
    await redeliver.retryLetter(id);
    await die("letter");
    assert.deepEqual([...(await reconcile()).keys()], [id]);
    assert.equal(deadLetters.count(), 1);
  });

  it("forgets dead events whose letter was dropped", async () => {
    const { append, die, deadLetters, archive, reconcile, clock } = await rig();
    await append();
    const id = await die();
    await deadLetters.resolve(id, "dropped", clock.now());
    await reconcile();
    assert.deepEqual([...archive.dead()], []);
  });

  it("leaves open letters of dead events alone", async () => {
    const { append, die, deadLetters, archive, reconcile } = await rig();
    await append();
    const id = await die();
    assert.equal((await reconcile()).size, 0);
    assert.deepEqual([[...archive.dead()], deadLetters.count()], [[id], 1]);
  });
});
