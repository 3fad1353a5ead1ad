import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { describe, it } from "node:test";
import { Claims } from "../../src/store/claims.ts";
import { Mailboxes } from "../../src/store/mailboxes.ts";
import { fakeClock, settled } from "../support/fake-clock.ts";

function open() {
  const clock = fakeClock();
  const mailboxes = new Mailboxes();
  const claims = new Claims(mailboxes, clock);
  const stop = new AbortController();
  const given: number[][] = [];
  const claim = (limit = 10) => void claims.claim(limit, stop.signal).then((slots) => given.push(slots));
  return { clock, mailboxes, claims, stop, given, claim };
}

/** Takes slot 0 and puts it back, due after so many ms. */
function retryingAfter(ms: number) {
  const rig = open();
  rig.mailboxes.add(0, 0);
  rig.mailboxes.take(1, rig.clock.now());
  rig.mailboxes.retry(0, rig.clock.now() + ms);
  return rig;
}

describe("claims", () => {
  it("resolve at once with what is ready, up to the limit", async () => {
    const { mailboxes, given, claim } = open();
    for (let slot = 0; slot < 3; slot++) mailboxes.add(slot, 0);
    claim(2);
    await settled();
    assert.deepEqual(given, [[0, 1]]);
  });

  it("that wait share what comes, and the others wait on", async () => {
    const { mailboxes, claims, given, claim } = open();
    for (let n = 0; n < 3; n++) claim(1);
    mailboxes.add(0, 0);
    mailboxes.add(1, 0);
    claims.wake();
    await settled();
    assert.deepEqual(given, [[0], [1]]);
  });

  it("wake for a retry when it is due, by one timer, however many wait", async () => {
    const { clock, given, claim } = retryingAfter(1000);
    for (let n = 0; n < 3; n++) claim(1);
    assert.equal(clock.next(), clock.now() + 1000);
    await clock.advance(999);
    assert.deepEqual(given, []);
    await clock.advance(1);
    assert.deepEqual([given, clock.next()], [[[0]], undefined]);
  });

  it("wait on when their timer calls early, as one for a time far away does", async () => {
    const { clock, mailboxes, given } = retryingAfter(5000);
    const early = { ...clock, after: (ms: number, call: () => void) => clock.after(Math.min(ms, 2000), call) };
    void new Claims(mailboxes, early).claim(1, new AbortController().signal).then((slots) => given.push(slots));
    await clock.advance(4999);
    assert.deepEqual(given, []);
    await clock.advance(1);
    assert.deepEqual(given, [[0]]);
  });

  it("take up an earlier retry that comes while they wait for a later one", async () => {
    const { clock, mailboxes, claims, given, claim } = retryingAfter(5000);
    claim(1);
    mailboxes.add(1, 0, clock.now() + 100);
    claims.wake();
    await clock.advance(100);
    assert.deepEqual(given, [[1]]);
  });

  it("hold no timer while nobody waits", () => {
    assert.equal(retryingAfter(1000).clock.next(), undefined);
  });

  it("that are aborted resolve to nothing and leave nothing on the signal", async () => {
    const { mailboxes, claims, stop, given, claim } = open();
    claim();
    for (let round = 0; round < 20; round++) {
      claims.wake();
      await settled();
    }
    assert.equal(getEventListeners(stop.signal, "abort").length, 1);
    stop.abort();
    await settled();
    assert.deepEqual(given, [[]]);
    assert.equal(getEventListeners(stop.signal, "abort").length, 0);
    mailboxes.add(0, 0);
    claim();
    await settled();
    assert.deepEqual(given, [[], []], "an aborted signal takes nothing");
    assert.equal(mailboxes.running, 0);
  });

  it("give no turn while they are paused, by however many, and go on when the last lets them", async () => {
    const { clock, mailboxes, claims, given, claim } = retryingAfter(1000);
    const resumes = [claims.pause(), claims.pause()];
    mailboxes.add(1, 0);
    claim();
    claims.wake();
    await clock.advance(2000);
    assert.deepEqual([given, clock.next()], [[], undefined]);
    resumes[0]!();
    resumes[0]!();
    await settled();
    assert.deepEqual(given, [], "one of two still pauses");
    resumes[1]!();
    await settled();
    assert.deepEqual(given, [[1, 0]]);
  });

  it("that wait resolve to nothing when the store closes, paused or not", async () => {
    for (const isPaused of [false, true]) {
      const { mailboxes, claims, given, claim } = open();
      if (isPaused) claims.pause();
      claim();
      claims.close();
      await settled();
      assert.deepEqual(given, [[]]);
      mailboxes.add(0, 0);
      claim();
      await settled();
      assert.deepEqual(given, [[], []]);
    }
  });
});
