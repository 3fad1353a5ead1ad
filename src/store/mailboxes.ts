/**
 * Whose turn it is: the FIFO of each ordering key, the retries that are not due yet, and what is held back.
 * Pure rules over slot numbers, in typed arrays (about 25 bytes a delivery), used by every engine that
 * keeps its table in memory. Promises: one delivery of a mailbox is out at a time; a mailbox gives its
 * deliveries in order of `add`, also across retries; mailboxes take turns.
 *
 *   add -> [queued] -> ready -> take -> running -> finish
 *                       ^  ^              |  |
 *                       |  +-- give back -+  |
 *                       +---- due -- retrying+        held: a ready or due head of a held mailbox
 */
import { strict as assert } from "node:assert";
import type { HoldKind, MailboxView, UnixMs } from "../model.ts";
import { DueHeap } from "./due-heap.ts";
import { growFloat64, growInt32, growUint8 } from "./columns.ts";
import { ReadyRing } from "./ready-ring.ts";

const FREE = 0;
const QUEUED = 1;
const READY = 2;
const RUNNING = 3;
const RETRYING = 4;
const HELD = 5;
const NONE = -1;

/** The mailbox number of a delivery without an ordering key: it is alone and waits for nobody. */
const NO_MAILBOX = 0;

interface Box {
  head: number;
  tail: number;
  waiting: number;
}

export class Mailboxes {
  #state = new Uint8Array(1024);
  #next = new Int32Array(1024);
  #mailbox = new Float64Array(1024);
  readonly #due = new DueHeap();
  readonly #ready = new ReadyRing();
  readonly #boxes = new Map<number, Box>();
  readonly #holds = new Map<number, HoldKind>();
  /** Of the deliveries that have a mailbox, how many are in each state. All but QUEUED are heads. */
  readonly #heads = new Int32Array(HELD + 1);
  #running = 0;
  #size = 0;

  /** Deliveries that are not finished. */
  get size(): number {
    return this.#size;
  }

  get running(): number {
    return this.#running;
  }

  /** Puts a delivery at the end of its mailbox; not before `dueAt`, if that is given. */
  add(slot: number, mailbox: number, dueAt?: UnixMs): void {
    this.#reserve(slot);
    assert.equal(this.#state[slot], FREE, "a slot is added once");
    this.#size += 1;
    this.#mailbox[slot] = mailbox;
    this.#next[slot] = NONE;
    if (dueAt !== undefined) this.#due.set(slot, dueAt);
    if (mailbox !== NO_MAILBOX && !this.#joinAsHead(slot, mailbox)) {
      this.#enter(slot, QUEUED);
      return;
    }
    this.#enqueue(slot, dueAt);
  }

  /** Up to `limit` deliveries whose turn it is, at most one of each mailbox; they are running from now on. */
  take(limit: number, now: UnixMs): number[] {
    for (let slot = this.#due.popDue(now); slot !== undefined; slot = this.#due.popDue(now)) this.#makeReady(slot);
    const taken: number[] = [];
    while (taken.length < limit) {
      const slot = this.#ready.shift();
      if (slot === undefined) break;
      if (this.#isHeld(slot)) {
        this.#enter(slot, HELD);
        continue;
      }
      this.#enter(slot, RUNNING);
      this.#running += 1;
      taken.push(slot);
    }
    return taken;
  }

  /** The delivery is over: its slot is free, and the next of its mailbox gets its turn. */
  finish(slot: number): void {
    this.#leaveRunning(slot);
    this.#enter(slot, FREE);
    this.#size -= 1;
    this.#due.forget(slot);
    const mailbox = this.#mailbox[slot]!;
    if (mailbox === NO_MAILBOX) return;
    const box = this.#boxes.get(mailbox)!;
    box.head = this.#next[slot]!;
    box.waiting -= 1;
    if (box.head === NONE) this.#boxes.delete(mailbox);
    else this.#enqueue(box.head, this.#due.get(box.head));
  }

  /** The delivery keeps the head of its mailbox, and its turn comes at `dueAt`. */
  retry(slot: number, dueAt: UnixMs): void {
    this.#leaveRunning(slot);
    this.#due.set(slot, dueAt);
    this.#enqueue(slot, dueAt);
  }

  /** As if it had never been taken: first in line again. */
  giveBack(slot: number): void {
    this.#leaveRunning(slot);
    this.#enter(slot, READY);
    this.#ready.unshift(slot);
  }

  /** Holds a mailbox back, or frees it. What runs is not touched; what comes later waits. */
  hold(mailbox: number, kind: HoldKind | undefined): void {
    if (kind !== undefined) {
      this.#holds.set(mailbox, kind);
      return;
    }
    this.#holds.delete(mailbox);
    const head = this.#boxes.get(mailbox)?.head ?? NONE;
    if (head !== NONE && this.#state[head] === HELD) this.#makeReady(head);
  }

  /** When the next retry falls due; undefined when none waits. */
  nextDue(): UnixMs | undefined {
    return this.#due.first();
  }

  isRunning(slot: number): boolean {
    return this.#state[slot] === RUNNING;
  }

  /** When the delivery is due; undefined if it has no time set. */
  dueAt(slot: number): UnixMs | undefined {
    return this.#due.get(slot);
  }

  /** All mailboxes that hold something or are held back: the number, its first slot and its state. */
  *views(): Generator<{ mailbox: number; head: number | undefined; state: MailboxView["state"]; waiting: number }> {
    for (const [mailbox, kind] of this.#holds) {
      const box = this.#boxes.get(mailbox);
      yield { mailbox, head: box?.head, state: kind, waiting: box?.waiting ?? 0 };
    }
    for (const [mailbox, box] of this.#boxes) {
      if (this.#holds.has(mailbox)) continue;
      yield { mailbox, head: box.head, state: this.#stateOf(box.head), waiting: box.waiting };
    }
  }

  /** Mailboxes by state; walks those that are held back and no others. */
  counts(): Record<MailboxView["state"], number> {
    const counts = { available: 0, running: 0, retryable: 0, paused: 0, parked: 0 };
    counts.available = this.#heads[READY]! + this.#heads[HELD]!;
    counts.running = this.#heads[RUNNING]!;
    counts.retryable = this.#heads[RETRYING]!;
    for (const [mailbox, kind] of this.#holds) {
      counts[kind] += 1;
      const head = this.#boxes.get(mailbox)?.head;
      if (head !== undefined) counts[this.#stateOf(head)] -= 1;
    }
    return counts;
  }

  #enter(slot: number, state: number): void {
    if (this.#mailbox[slot] !== NO_MAILBOX) {
      this.#heads[this.#state[slot]!]! -= 1;
      this.#heads[state]! += 1;
    }
    this.#state[slot] = state;
  }

  #stateOf(slot: number): "available" | "running" | "retryable" {
    const state = this.#state[slot];
    return state === RUNNING ? "running" : state === RETRYING ? "retryable" : "available";
  }

  /** Appends to the mailbox; true if the slot is now its head. */
  #joinAsHead(slot: number, mailbox: number): boolean {
    const box = this.#boxes.get(mailbox);
    if (box === undefined) {
      this.#boxes.set(mailbox, { head: slot, tail: slot, waiting: 1 });
      return true;
    }
    this.#next[box.tail] = slot;
    box.tail = slot;
    box.waiting += 1;
    return false;
  }

  #enqueue(slot: number, dueAt: UnixMs | undefined): void {
    if (dueAt === undefined) {
      this.#makeReady(slot);
      return;
    }
    this.#enter(slot, RETRYING);
    this.#due.push(slot);
  }

  #makeReady(slot: number): void {
    this.#enter(slot, READY);
    this.#ready.push(slot);
  }

  #isHeld(slot: number): boolean {
    return this.#holds.size > 0 && this.#holds.has(this.#mailbox[slot]!);
  }

  #leaveRunning(slot: number): void {
    assert.equal(this.#state[slot], RUNNING, "only a running delivery ends");
    this.#running -= 1;
  }

  #reserve(slot: number): void {
    if (slot < this.#state.length) return;
    this.#state = growUint8(this.#state, slot);
    this.#next = growInt32(this.#next, slot);
    this.#mailbox = growFloat64(this.#mailbox, slot);
  }
}
