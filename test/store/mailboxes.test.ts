import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { Mailboxes } from "../../src/store/mailboxes.ts";

describe("mailboxes", () => {
  it("take turns: a hot key holds one slot, and comes back behind the others", () => {
    const mailboxes = new Mailboxes();
    for (let slot = 0; slot < 5; slot++) mailboxes.add(slot, 7);
    mailboxes.add(5, 8);
    mailboxes.add(6, 9);
    assert.deepEqual(mailboxes.take(10, 0), [0, 5, 6]);
    mailboxes.finish(0);
    mailboxes.finish(5);
    mailboxes.add(7, 8);
    assert.deepEqual(mailboxes.take(10, 0), [1, 7]);
  });

  it("let deliveries without an ordering key run side by side", () => {
    const mailboxes = new Mailboxes();
    for (let slot = 0; slot < 3; slot++) mailboxes.add(slot, 0);
    assert.deepEqual(mailboxes.take(10, 0), [0, 1, 2]);
  });

  it("give no more than the limit", () => {
    const mailboxes = new Mailboxes();
    for (let slot = 0; slot < 3000; slot++) mailboxes.add(slot, 0);
    assert.equal(mailboxes.take(10, 0).length, 10);
    assert.equal(mailboxes.take(5000, 0).length, 2990);
    assert.equal(mailboxes.running, 3000);
  });

  it("give what is due first, first, and equal times in order", () => {
    const mailboxes = new Mailboxes();
    for (const [slot, due] of [[0, 30], [1, 10], [2, 20], [3, 10]] as const) mailboxes.add(slot, 0, due);
    assert.equal(mailboxes.nextDue(), 10);
    assert.deepEqual(mailboxes.take(10, 9), []);
    assert.deepEqual(mailboxes.take(10, 20), [1, 3, 2]);
    assert.equal(mailboxes.nextDue(), 30);
  });

  it("hold a mailbox whose head is ready, retrying or running, and free it again", () => {
    for (const prepare of ["ready", "retrying", "running"] as const) {
      const mailboxes = new Mailboxes();
      mailboxes.add(0, 7);
      if (prepare !== "ready") mailboxes.take(1, 0);
      if (prepare === "retrying") mailboxes.retry(0, 10);
      mailboxes.hold(7, "paused");
      if (prepare === "running") mailboxes.giveBack(0);
      assert.deepEqual(mailboxes.take(1, 100), [], prepare);
      mailboxes.hold(7, undefined);
      assert.deepEqual(mailboxes.take(1, 100), [0], prepare);
    }
  });

  it("exist only while they hold something or are held", () => {
    const mailboxes = new Mailboxes();
    mailboxes.add(0, 7);
    mailboxes.hold(8, "parked");
    assert.deepEqual([...mailboxes.views()].map(({ mailbox, state }) => [mailbox, state]), [[8, "parked"], [
      7,
      "available",
    ]]);
    mailboxes.take(1, 0);
    mailboxes.finish(0);
    mailboxes.hold(8, undefined);
    assert.deepEqual([...mailboxes.views()], []);
    assert.equal(mailboxes.size, 0);
  });
});

type Move =
  | { kind: "add"; mailbox: number }
  | { kind: "take"; limit: number }
  | { kind: "end"; pick: number; how: "finish" | "retry" | "give-back"; waitMs: number }
  | { kind: "wait"; ms: number }
  | { kind: "hold" | "free"; mailbox: number };

const mailboxNumber = fc.integer({ min: 0, max: 4 });
const move: fc.Arbitrary<Move> = fc.oneof(
  fc.record({ kind: fc.constant("add" as const), mailbox: mailboxNumber }),
  fc.record({ kind: fc.constant("take" as const), limit: fc.integer({ min: 1, max: 4 }) }),
  fc.record({
    kind: fc.constant("end" as const),
    pick: fc.nat(20),
    how: fc.constantFrom("finish" as const, "retry" as const, "give-back" as const),
    waitMs: fc.nat(50),
  }),
  fc.record({ kind: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ kind: fc.constantFrom("hold" as const, "free" as const), mailbox: fc.integer({ min: 1, max: 4 }) }),
);

describe("mailboxes under any schedule (fast-check prints its seed when it fails)", () => {
  it("keep order per key through retries, one running at a time, nothing early, nothing lost, nothing held", () => {
    fc.assert(fc.property(fc.array(move, { maxLength: 300 }), (moves) => new Model().play(moves)), { numRuns: 300 });
  });
});

/** The same rules, as plainly as they can be said. */
class Model {
  readonly #real = new Mailboxes();
  readonly #waiting: { slot: number; mailbox: number; dueAt: number }[] = [];
  readonly #running = new Map<number, { mailbox: number }>();
  readonly #held = new Set<number>();
  #now = 0;
  #slots = 0;

  play(moves: readonly Move[]): void {
    for (const each of moves) {
      this.#make(each);
      this.#checkCounts();
    }
    for (const mailbox of [...this.#held]) this.#make({ kind: "free", mailbox });
    this.#drain();
  }

  #make(each: Move): void {
    if (each.kind === "add") {
      this.#real.add(this.#slots, each.mailbox);
      this.#waiting.push({ slot: this.#slots++, mailbox: each.mailbox, dueAt: 0 });
    } else if (each.kind === "take") this.#take(each.limit);
    else if (each.kind === "end") this.#end(each);
    else if (each.kind === "wait") this.#now += each.ms;
    else {
      this.#real.hold(each.mailbox, each.kind === "hold" ? "paused" : undefined);
      if (each.kind === "hold") this.#held.add(each.mailbox);
      else this.#held.delete(each.mailbox);
    }
  }

  #take(limit: number): void {
    const may = this.#claimable();
    const taken = this.#real.take(limit, this.#now);
    assert.equal(taken.length, Math.min(limit, may.length), "as many as may run, up to the limit");
    for (const slot of taken) {
      assert.ok(may.includes(slot), `slot ${slot} may not run now`);
      const index = this.#waiting.findIndex((each) => each.slot === slot);
      this.#running.set(slot, { mailbox: this.#waiting[index]!.mailbox });
      this.#waiting.splice(index, 1);
    }
  }

  /** Heads of their mailboxes that are due, not held, and with none of theirs running. */
  #claimable(): number[] {
    const busy = new Set([...this.#running.values()].map(({ mailbox }) => mailbox));
    const seen = new Set<number>();
    return this.#waiting.filter(({ mailbox, dueAt }) => {
      if (mailbox === 0) return dueAt <= this.#now;
      const isHead = !seen.has(mailbox);
      seen.add(mailbox);
      return isHead && !busy.has(mailbox) && !this.#held.has(mailbox) && dueAt <= this.#now;
    }).map(({ slot }) => slot);
  }

  #end({ pick, how, waitMs }: { pick: number; how: "finish" | "retry" | "give-back"; waitMs: number }): void {
    const slots = [...this.#running.keys()];
    if (slots.length === 0) return;
    const slot = slots[pick % slots.length]!;
    const { mailbox } = this.#running.get(slot)!;
    this.#running.delete(slot);
    if (how === "finish") this.#real.finish(slot);
    else {
      const dueAt = how === "retry" ? this.#now + waitMs + 1 : 0;
      if (how === "retry") this.#real.retry(slot, dueAt);
      else this.#real.giveBack(slot);
      // It is still the head: in front of all others of its mailbox.
      this.#waiting.unshift({ slot, mailbox, dueAt });
    }
    assert.equal(this.#real.size, this.#waiting.length + this.#running.size);
  }

  /** Counted as they change, and by looking at each. */
  #checkCounts(): void {
    const seen = { available: 0, running: 0, retryable: 0, paused: 0, parked: 0 };
    for (const { state } of this.#real.views()) seen[state] += 1;
    assert.deepEqual(this.#real.counts(), seen);
  }

  #drain(): void {
    for (let turn = 0; this.#waiting.length + this.#running.size > 0; turn++) {
      assert.ok(turn < 2000, "everything ends at last");
      this.#now += 100;
      this.#take(100);
      for (let left = this.#running.size; left > 0; left--) this.#end({ pick: 0, how: "finish", waitMs: 0 });
    }
  }
}
