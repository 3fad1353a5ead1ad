/**
 * The exam that every store engine passes: one function, given a factory. A skip carries its reason.
 */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { Decision, Delivery, NewEvent } from "../../src/model.ts";
import type { Appended, Archive, Store } from "../../src/ports.ts";
import { anEvent } from "../support/an-event.ts";
import type { FakeClock } from "../support/fake-clock.ts";

/** One store under examination. */
export interface Examinee {
  store: Store;
  archive: Archive;
  clock: FakeClock;
  /** Closes it as a crash would, and opens what is left. Absent where nothing outlives the process. */
  reopen?: () => Promise<Examinee>;
  /** From now on every write fails, as on a full disk. Absent where there is no disk. */
  fillDisk?: () => void;
}

const failure = { code: "Error", message: "handler failed" };
const done: Decision = { kind: "complete", result: '{"ok":true}' };
const never = new AbortController().signal;

export function exerciseStore(engine: string, open: () => Promise<Examinee>): void {
  describe(`the store contract, by ${engine}`, () => {
    let it_: Examinee;
    let now: number;

    beforeEach(async () => {
      it_ = await open();
      now = it_.clock.now();
    });
    afterEach(() => it_.store.close());

    const event = (over: Partial<NewEvent> = {}) => anEvent({ receivedAt: it_.clock.now(), ...over });
    const append = async (over: Partial<NewEvent> = {}) => (await it_.store.append([event(over)]))[0]!;
    const claimOne = async () => (await it_.store.claim(1, never))[0]!;
    /** Everything that can be claimed without waiting. */
    const claimAll = async (limit = 100): Promise<Delivery[]> => {
      const abort = new AbortController();
      const claimed = it_.store.claim(limit, abort.signal);
      await new Promise((resolve) => setTimeout(resolve, 20));
      abort.abort();
      return await claimed;
    };
    const reopen = async () => {
      assert.ok(it_.reopen);
      it_ = await it_.reopen();
    };

    it("stores an event with its exact bytes, headers and keys", async () => {
      const body = Buffer.from([0, 255, 10, 13, 0x80, 0xe2, 0x80, 0xa8]);
      const headers = ["X-A", "1", "x-a", "2", "Ünicode", "\u00ff"];
      const stored = await append({ body, headers, orderingKey: "o", sourceIp: "::1", key: "clé\0" });
      assert.equal(stored.kind, "stored");
      const found = await it_.store.find(idOf(stored));
      assert.deepEqual(Buffer.from(found!.event.body), body);
      assert.deepEqual(found!.event.headers, headers);
      assert.equal(found!.event.key, "clé\0");
      assert.equal(found!.event.orderingKey, "o");
      assert.equal(found!.event.sourceIp, "::1");
      assert.equal(found!.state, "available");
    });

    it("gives ids that ascend in order of acceptance", async () => {
      const ids = (await it_.store.append(Array.from({ length: 50 }, () => event()))).map(idOf);
      assert.deepEqual(ids, [...ids].sort());
    });

    it("stores one event per source and key, however many copies come at once", async () => {
      const appended = await Promise.all(Array.from({ length: 50 }, () => append({ key: "same" })));
      assert.equal(appended.filter(({ kind }) => kind === "stored").length, 1);
      const id = idOf(appended.find(({ kind }) => kind === "stored")!);
      assert.ok(appended.every((answer) => idOf(answer) === id));
      assert.equal(it_.store.status().depth, 1);
    });

    it("stores one event per key within one batch, too", async () => {
      const appended = await it_.store.append([
        event({ key: "same" }),
        event({ key: "other" }),
        event({ key: "same" }),
      ]);
      assert.deepEqual(appended.map(({ kind }) => kind), ["stored", "stored", "duplicate"]);
      assert.equal(idOf(appended[0]!), idOf(appended[2]!));
    });

    it("keeps keys of different sources apart", async () => {
      await append({ source: "a", key: "same" });
      assert.equal((await append({ source: "b", key: "same" })).kind, "stored");
    });

    it("says whether a duplicate has the same body", async () => {
      await append({ key: "same", body: Buffer.from("one") });
      const same = await append({ key: "same", body: Buffer.from("one") });
      const other = await append({ key: "same", body: Buffer.from("two") });
      assert.equal(same.kind === "duplicate" && same.sameBody, true);
      assert.equal(other.kind === "duplicate" && other.sameBody, false);
    });

    it("tells a duplicate of a settled event the result", async () => {
      await append({ key: "same" });
      await it_.store.settle(await claimOne(), done);
      const again = await append({ key: "same" });
      assert.equal(again.kind === "duplicate" && again.first.state, "completed");
      assert.equal(again.kind === "duplicate" && again.first.result, '{"ok":true}');
    });

    it("frees a key exactly at the end of its window", async () => {
      await append({ key: "same", windowMs: 1000 });
      await it_.clock.advance(999);
      assert.equal((await append({ key: "same", windowMs: 1000 })).kind, "duplicate");
      await it_.clock.advance(1);
      assert.equal((await append({ key: "same", windowMs: 1000 })).kind, "stored");
    });

    it("frees the key of an event whose failure the sender was told", async () => {
      const first = await append({ key: "same" });
      await it_.store.settle(await claimOne(), { kind: "fail", failure });
      const second = await append({ key: "same" });
      assert.equal(second.kind, "stored");
      assert.equal((await it_.store.find(idOf(first)))!.state, "dead");
      assert.equal((await it_.store.find(idOf(second)))!.state, "available");
      assert.equal((await append({ key: "same" })).kind, "duplicate");
    });

    it("never gives one delivery to two claimers", async () => {
      await it_.store.append(Array.from({ length: 40 }, () => event()));
      const claims = await Promise.all([1, 2, 3, 4].map(() => it_.store.claim(10, never)));
      const ids = claims.flat().map((delivery) => delivery.event.id);
      assert.equal(new Set(ids).size, 40);
    });

    it("never has two deliveries of one ordering key running, across claimers", async () => {
      await it_.store.append(["a", "a", "b", "a", "b"].map((orderingKey) => event({ orderingKey })));
      const [one, two] = await Promise.all([claimAll(), claimAll()]);
      assert.deepEqual(
        [...one, ...two].map((delivery) => delivery.event.orderingKey ?? "").sort((a, b) => a.localeCompare(b)),
        ["a", "b"],
      );
    });

    it("keeps ordering keys of different sources apart", async () => {
      await it_.store.append(["x", "y"].map((source) => event({ source, orderingKey: "same" })));
      assert.equal((await claimAll()).length, 2);
    });

    it("gives the deliveries of a key in order of acceptance, also across a retry", async () => {
      const ids = (await it_.store.append([1, 2, 3].map(() => event({ orderingKey: "k" })))).map(idOf);
      const first = await claimOne();
      await it_.store.settle(first, { kind: "retry", at: it_.clock.now() + 1000, failure });
      assert.deepEqual(await claimAll(), [], "the key waits for its retrying head");
      await it_.clock.advance(1000);
      const order: string[] = [];
      for (let n = 0; n < 3; n++) {
        const delivery = await claimOne();
        order.push(delivery.event.id);
        await it_.store.settle(delivery, done);
      }
      assert.deepEqual(order, ids);
    });

    it("gives a retry back once it is due, and not before, with the next attempt number", async () => {
      await append();
      await it_.store.settle(await claimOne(), { kind: "retry", at: it_.clock.now() + 5000, failure });
      const claimed = it_.store.claim(1, never);
      let resolved = false;
      void claimed.then(() => resolved = true);
      await it_.clock.advance(4999);
      assert.equal(resolved, false);
      await it_.clock.advance(1);
      assert.equal((await claimed)[0]!.attempt, 2);
    });

    it("does not charge a delivery that is given back, and gives it first again", async () => {
      await it_.store.append([event({ orderingKey: "k" }), event({ orderingKey: "k" })]);
      const first = await claimOne();
      await it_.store.settle(first, { kind: "give-back" });
      const again = await claimOne();
      assert.equal(again.event.id, first.event.id);
      assert.equal(again.attempt, 1);
    });

    it("counts from the attempt that the sender names", async () => {
      await append({ firstAttempt: 3 });
      assert.equal((await claimOne()).attempt, 3);
    });

    it("wakes a waiting claim when an event comes", async () => {
      const claimed = it_.store.claim(5, never);
      const stored = await append();
      assert.deepEqual((await claimed).map((delivery) => delivery.event.id), [idOf(stored)]);
    });

    it("ends a waiting claim with nothing when it is aborted", async () => {
      const abort = new AbortController();
      const claimed = it_.store.claim(1, abort.signal);
      abort.abort();
      assert.deepEqual(await claimed, []);
    });

    it("ignores a second settle", async () => {
      const stored = await append();
      const delivery = await claimOne();
      await it_.store.settle(delivery, done);
      await it_.store.settle(delivery, { kind: "dead-letter", failure, park: false });
      assert.equal((await it_.store.find(idOf(stored)))!.state, "completed");
    });

    it("shows every attempt of an event", async () => {
      const stored = await append();
      const attempt = { startedAt: now, durationMs: 5, failure };
      await it_.store.settle(await claimOne(), { kind: "retry", at: it_.clock.now() + 10, failure }, {
        ...attempt,
        attempt: 1,
        outcome: "failed",
        nextAttemptAt: it_.clock.now() + 10,
      });
      assert.equal((await it_.store.find(idOf(stored)))!.state, "retryable");
      await it_.clock.advance(10);
      await it_.store.settle(await claimOne(), { kind: "dead-letter", failure, park: false }, {
        ...attempt,
        attempt: 2,
        outcome: "failed",
      });
      const found = (await it_.store.find(idOf(stored)))!;
      assert.deepEqual(found.attempts.map(({ attempt, outcome }) => [attempt, outcome]), [[1, "failed"], [
        2,
        "failed",
      ]]);
      assert.equal(found.state, "dead");
      assert.deepEqual(found.failure, failure);
      assert.equal(found.nextAttemptAt, undefined);
    });

    it("knows nothing of an id that it never gave", async () => {
      await append();
      assert.equal(await it_.store.find("018bcfe5-6800-7000-8000-000000000001"), undefined);
      assert.equal(await it_.store.find("no id at all"), undefined);
    });

    it("counts what waits and what runs", async () => {
      await it_.store.append([event({ orderingKey: "a" }), event({ orderingKey: "a" }), event()]);
      const [delivery] = await claimAll(1);
      const status = it_.store.status();
      assert.deepEqual([status.depth, status.running, status.oldestReceivedAt], [3, 1, now]);
      assert.deepEqual({ ...status.mailboxes }, { available: 0, running: 1, retryable: 0, paused: 0, parked: 0 });
      await it_.store.settle(delivery!, done);
      assert.equal(it_.store.status().depth, 2);
    });

    it("tells how many were ahead of an event", async () => {
      await append();
      await append();
      const third = await append();
      assert.equal(third.kind === "stored" && third.ahead, 2);
    });

    it("holds a paused mailbox, and no other, until it is resumed", async () => {
      await it_.store.append([event({ orderingKey: "a" }), event({ orderingKey: "b" })]);
      assert.equal(await it_.archive.hold("events:a", "paused"), true);
      assert.deepEqual((await claimAll()).map((delivery) => delivery.event.orderingKey), ["b"]);
      assert.deepEqual((await it_.archive.mailboxes(10)).map(({ key, state, waiting }) => [key, state, waiting]), [
        ["events:a", "paused", 1],
        ["events:b", "running", 1],
      ]);
      await it_.archive.hold("events:a", undefined);
      assert.deepEqual((await claimAll()).map((delivery) => delivery.event.orderingKey), ["a"]);
    });

    it("parks a mailbox behind a dead letter when it is told to", async () => {
      await it_.store.append([event({ orderingKey: "a" }), event({ orderingKey: "a" })]);
      await it_.store.settle(await claimOne(), { kind: "dead-letter", failure, park: true });
      assert.deepEqual(await claimAll(), []);
      assert.equal((await it_.archive.mailboxes(10))[0]!.state, "parked");
      await it_.archive.hold("events:a", undefined);
      assert.equal((await claimAll()).length, 1);
    });

    it("revives a dead event once, with attempts counted anew", async () => {
      const stored = await append({ orderingKey: "a" });
      await it_.store.settle(await claimOne(), { kind: "dead-letter", failure, park: false });
      assert.deepEqual([...it_.archive.dead()], [idOf(stored)]);
      assert.equal(await it_.archive.revive(idOf(stored)), true);
      assert.equal(await it_.archive.revive(idOf(stored)), false);
      const delivery = await claimOne();
      assert.deepEqual([delivery.event.id, delivery.attempt, delivery.generation], [idOf(stored), 1, 1]);
      await it_.store.settle(delivery, done);
      assert.equal((await it_.store.find(idOf(stored)))!.state, "completed");
    });

    it("does not revive what was forgotten", async () => {
      const stored = await append();
      await it_.store.settle(await claimOne(), { kind: "dead-letter", failure, park: false });
      it_.archive.forget(idOf(stored));
      assert.equal(await it_.archive.revive(idOf(stored)), false);
    });

    it("replays an event as a new one that claims no key", async () => {
      const stored = await append({ key: "same" });
      await it_.store.settle(await claimOne(), done);
      const replay = await it_.archive.replay(idOf(stored));
      assert.equal(replay!.replayOf, idOf(stored));
      const again = await append({ key: "same" });
      assert.equal(again.kind === "duplicate" && again.first.event.id, idOf(stored));
      await it_.store.settle(await claimOne(), { kind: "dead-letter", failure, park: false });
      assert.equal((await it_.store.find(replay!.id))!.state, "dead");
      assert.equal((await it_.store.find(idOf(stored)))!.state, "completed");
    });

    it("lists newest first, filtered and in pages", async () => {
      for (let n = 0; n < 10; n++) await append({ type: n % 2 === 0 ? "even" : "odd" });
      await it_.store.settle((await claimAll(1))[0]!, done);
      const all = await it_.archive.list({ limit: 100 });
      assert.equal(all.items.length, 10);
      assert.equal(all.next, undefined);
      assert.deepEqual(all.items.map(({ event }) => event.id), all.items.map(({ event }) => event.id).sort().reverse());
      const pages: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await it_.archive.list({ limit: 3, type: "even", ...(cursor !== undefined && { cursor }) });
        pages.push(...page.items.map(({ event }) => event.id));
        cursor = page.next;
      } while (cursor !== undefined);
      assert.deepEqual(pages, all.items.filter(({ event }) => event.type === "even").map(({ event }) => event.id));
      assert.equal((await it_.archive.list({ limit: 100, state: "completed" })).items.length, 1);
      assert.equal((await it_.archive.list({ limit: 100, state: "available" })).items.length, 9);
    });

    it("refuses a cursor that no page gave", async () => {
      await assert.rejects(it_.archive.list({ limit: 10, cursor: "zzz" }), { code: "ERR_USAGE" });
    });

    it("refuses once it is closed", async () => {
      const delivery = (await append(), await claimOne());
      await it_.store.close();
      await assert.rejects(it_.store.append([event()]), { code: "ERR_STORE_CLOSED" });
      await assert.rejects(it_.store.settle(delivery, done), { code: "ERR_STORE_CLOSED" });
      assert.deepEqual(await it_.store.claim(1, never), []);
      assert.equal(it_.store.status().accepting, false);
    });

    const nothingOutlives = "the engine has no disk";
    const durable = (title: string, body: () => Promise<void>) => {
      void it(title, async (t) => it_.reopen === undefined ? t.skip(nothingOutlives) : await body());
    };

    durable("has every event after it was opened again, and running ones are claimable", async () => {
      const ids = (await it_.store.append([1, 2, 3].map(() => event()))).map(idOf);
      await it_.store.settle(await claimOne(), done);
      await claimOne();
      await reopen();
      assert.deepEqual((await claimAll()).map((delivery) => delivery.event.id), ids.slice(1));
      assert.equal((await it_.store.find(ids[0]!))!.result, '{"ok":true}');
    });

    durable("keeps attempts, retry times and order when it is opened again", async () => {
      const ids = (await it_.store.append([1, 2].map(() => event({ orderingKey: "k" })))).map(idOf);
      await it_.store.settle(await claimOne(), { kind: "retry", at: it_.clock.now() + 5000, failure }, {
        attempt: 1,
        startedAt: now,
        durationMs: 1,
        outcome: "failed",
        failure,
      });
      await reopen();
      assert.deepEqual(await claimAll(), []);
      await it_.clock.advance(5000);
      const delivery = await claimOne();
      assert.deepEqual([delivery.event.id, delivery.attempt], [ids[0], 2]);
      assert.equal((await it_.store.find(ids[0]!))!.attempts.length, 1);
    });

    durable("keeps keys taken, freed and out of their window when it is opened again", async () => {
      const first = await append({ key: "taken" });
      await append({ key: "freed" });
      await append({ key: "short", windowMs: 10 });
      for (const delivery of await claimAll()) {
        await it_.store.settle(delivery, delivery.event.key === "freed" ? { kind: "fail", failure } : done);
      }
      await reopen();
      await it_.clock.advance(10);
      const again = await append({ key: "taken" });
      assert.equal(again.kind === "duplicate" && again.first.event.id, idOf(first));
      assert.equal(again.kind === "duplicate" && again.first.result, '{"ok":true}');
      assert.equal((await append({ key: "freed" })).kind, "stored");
      assert.equal((await append({ key: "short" })).kind, "stored");
    });

    durable("keeps holds, dead events and generations when it is opened again", async () => {
      const stored = await append({ orderingKey: "a" });
      await it_.store.settle(await claimOne(), { kind: "dead-letter", failure, park: true });
      await it_.archive.revive(idOf(stored));
      await reopen();
      assert.deepEqual(await claimAll(), []);
      await it_.archive.hold("events:a", undefined);
      const delivery = await claimOne();
      assert.equal(delivery.generation, 1);
      await it_.store.settle(delivery, { kind: "dead-letter", failure, park: false });
      await reopen();
      assert.deepEqual([...it_.archive.dead()], [idOf(stored)]);
      assert.equal((await it_.store.find(idOf(stored)))!.generation, 1);
    });

    it("acknowledges nothing when the disk is full, and leaves the keys free", async (t) => {
      if (it_.fillDisk === undefined || it_.reopen === undefined) return t.skip(nothingOutlives);
      await append({ key: "before" });
      it_.fillDisk();
      await assert.rejects(append({ key: "lost" }), { code: "ERR_STORE_FULL" });
      assert.equal(it_.store.status().accepting, false);
      await assert.rejects(append({ key: "lost" }), { code: "ERR_STORE_FULL" });
      await reopen();
      assert.equal((await append({ key: "lost" })).kind, "stored");
      assert.equal((await append({ key: "before" })).kind, "duplicate");
    });
  });
}

function idOf(appended: Appended): string {
  return appended.kind === "stored" ? appended.event.id : appended.first.event.id;
}
