/**
 * All that the journal keeps in memory, and the one rule by which a durable record changes it. Reading the
 * segments at start and committing a new record go through the same `apply`, so that a restart arrives
 * exactly where the daemon was.
 */
import type { UnixMs } from "../../model.ts";
import { EventIds, momentOf } from "../event-id.ts";
import { mailboxNumber } from "../hash.ts";
import { Mailboxes } from "../mailboxes.ts";
import { BlockIndex } from "./block-index.ts";
import { KeyIndex } from "./key-index.ts";
import { NOWHERE, type Position, segmentOf } from "./position.ts";
import { PositionMap } from "./position-map.ts";
import type { Entry, EventEntry, HoldEntry, StepEntry } from "./records.ts";
import type { Segments } from "./segments.ts";
import { inSlices } from "./slices.ts";
import { WaitingTable } from "./waiting-table.ts";

/** Where a record was written. */
export interface Written {
  position: Position;
  frameBytes: number;
}

export class JournalState {
  readonly segments: Segments;
  readonly seed: number;
  readonly ids = new EventIds();
  readonly waiting = new WaitingTable();
  readonly mailboxes = new Mailboxes();
  readonly keys: KeyIndex;
  readonly blocks = new BlockIndex();
  /** Dead events that can be revived, by id: their tag in the index and where their first and last records lie. */
  readonly dead = new Map<string, { hash: number; event: Position; last: Position }>();
  readonly holds = new Map<number, { entry: HoldEntry; position: Position }>();
  /** Slots of unsettled events by the position of their first record. */
  readonly slots = new PositionMap();
  #seq = 0;
  readonly #highestId = { ms: 0, counter: 0 };
  #moved = false;
  #recovering = true;

  constructor(options: { segments: Segments; seed: number; keepMs: number }) {
    this.segments = options.segments;
    this.seed = options.seed;
    this.keys = new KeyIndex(options.keepMs);
  }

  nextSeq(): number {
    return ++this.#seq;
  }

  /** A record became durable, or was read back. Returns the slot of the event that waits because of it. */
  apply(entry: Entry, written: Written): number | undefined {
    switch (entry.kind) {
      case "event":
        return entry.from === NOWHERE ? this.#stored(entry, written) : this.#movedTo(entry, written);
      case "attempt":
        return this.#attempted(entry, written.position);
      case "outcome":
        this.#settled(entry, written.position);
        return undefined;
      case "revive":
        return this.#revived(entry, written.position);
      case "hold":
        this.#held(entry, written.position);
        return undefined;
    }
  }

  /** An event with an id of this time was read at start: new ids go on above it. */
  sawId(ms: number, counter: number): void {
    const highest = this.#highestId;
    if (ms < highest.ms || (ms === highest.ms && counter <= highest.counter)) return;
    highest.ms = ms;
    highest.counter = counter;
  }

  /** All segments are read: from here on mailboxes give turns. */
  recovered(dueAt: (slot: number) => UnixMs | undefined): void {
    this.#recovering = false;
    this.ids.resumeAfter(this.#highestId);
    if (this.#moved) this.waiting.sortBySeq();
    for (const slot of this.waiting.oldestFirst()) this.mailboxes.add(slot, this.waiting.mailbox[slot]!, dueAt(slot));
    for (const [mailbox, { entry }] of this.holds) this.mailboxes.hold(mailbox, entry.hold);
  }

  /** Drops what the index need not know any more; unsettled and dead events stay in it for ever. */
  async dropExpiredKeys(now: UnixMs): Promise<void> {
    if (!this.keys.hasExpired(now)) return;
    await inSlices(this.#unsettledAndDead(), (entry) => this.keys.renew(entry, now));
    this.keys.dropExpired(now);
  }

  *#unsettledAndDead(): Generator<{ hash: number; last: Position }> {
    for (const slot of this.waiting.slots()) {
      yield { hash: this.waiting.hash[slot]!, last: this.waiting.last[slot]! };
    }
    yield* this.dead.values();
  }

  #stored(entry: EventEntry, written: Written): number {
    this.#seq = Math.max(this.#seq, entry.seq);
    this.#touch(written.position, entry.receivedAt);
    this.keys.insert(entry.hash, written.position, entry.receivedAt);
    this.blocks.add(written.position, () => momentOf(entry.id));
    return this.#wait(entry, written, written.position);
  }

  /** Compaction wrote the event anew; what the old records said is in the new one. */
  #movedTo(entry: EventEntry, written: Written): number | undefined {
    this.#moved = true;
    this.keys.insert(entry.hash, written.position, this.#touch(written.position, entry.receivedAt));
    if (entry.dead) {
      // What was forgotten while it was copied stays forgotten.
      const isKnown = this.#recovering || this.dead.has(entry.id);
      const { position } = written;
      if (isKnown) this.dead.set(entry.id, { hash: entry.hash, event: position, last: position });
      return undefined;
    }
    const slot = this.slots.get(entry.from);
    if (slot === undefined) return this.#wait(entry, written, written.position);
    this.slots.delete(entry.from);
    this.slots.set(written.position, slot);
    this.waiting.event[slot] = written.position;
    this.waiting.last[slot] = written.position;
    this.waiting.frameBytes[slot] = written.frameBytes;
    this.waiting.hash[slot] = entry.hash;
    return slot;
  }

  #attempted(entry: StepEntry, position: Position): number | undefined {
    this.#follow(entry, position);
    const slot = this.slots.get(entry.event);
    if (slot === undefined) return undefined;
    this.waiting.last[slot] = position;
    this.waiting.charged[slot] = entry.charged;
    if (!this.#recovering) this.mailboxes.retry(slot, entry.at);
    return slot;
  }

  #settled(entry: StepEntry, position: Position): void {
    this.#follow(entry, position);
    this.#touch(entry.event, entry.at);
    if (entry.dead && this.#isThere(entry)) {
      this.dead.set(entry.id, { hash: entry.hash, event: entry.event, last: position });
    }
    const slot = this.slots.get(entry.event);
    if (slot === undefined) return;
    this.slots.delete(entry.event);
    if (!this.#recovering) this.mailboxes.finish(slot);
    this.waiting.remove(slot);
  }

  #revived(entry: StepEntry, position: Position): number | undefined {
    const waits = this.slots.get(entry.event);
    if (waits !== undefined) {
      // The outcome before it was damaged, so that the event still waits.
      this.waiting.generation[waits] = entry.generation;
      return this.#attempted(entry, position);
    }
    this.#follow(entry, position);
    this.dead.delete(entry.id);
    if (!this.#isThere(entry)) return undefined;
    const row = { ...entry, seq: this.#seq, receivedAt: entry.at };
    return this.#wait(row, { position, frameBytes: 0 }, entry.event);
  }

  #held(entry: HoldEntry, position: Position): void {
    const mailbox = mailboxNumber(entry.source, entry.orderingKey, this.seed);
    if (entry.hold === undefined) this.holds.delete(mailbox);
    else this.holds.set(mailbox, { entry, position });
    if (!this.#recovering) this.mailboxes.hold(mailbox, entry.hold);
  }

  #wait(
    entry: Omit<EventEntry, "kind" | "from" | "dead" | "dueAt" | "id">,
    { position: last, frameBytes }: Written,
    event: Position,
  ): number {
    const { hash, mailbox, seq, receivedAt, charged, generation } = entry;
    const slot = this.waiting.add({ event, last, frameBytes, hash, mailbox, seq, receivedAt, charged, generation });
    this.slots.set(event, slot);
    if (!this.#recovering) this.mailboxes.add(slot, mailbox);
    return slot;
  }

  /** The index now leads to this record. The time of an attempt is that of the next one: it says nothing here. */
  #follow(entry: StepEntry, position: Position): void {
    const at = entry.kind === "attempt" ? 0 : entry.at;
    this.#touch(position, at);
    this.keys.follow(entry.hash, { from: this.#lastKnown(entry), to: position, at });
  }

  /** The record before this one; an older one, when that was damaged. */
  #lastKnown(entry: StepEntry): Position {
    const slot = this.slots.get(entry.event);
    return (slot === undefined ? this.dead.get(entry.id)?.last : this.waiting.last[slot]) ?? entry.previous;
  }

  /** False when compaction took the event's segment: if the event was to stay, a copy of it comes later. */
  #isThere(entry: StepEntry): boolean {
    return this.segments.get(segmentOf(entry.event)) !== undefined;
  }

  /** The segment must stay for as long as this is of interest. Returns the segment's newest time. */
  #touch(position: Position, at: UnixMs): UnixMs {
    const segment = this.segments.get(segmentOf(position));
    if (segment === undefined) return at;
    segment.newestAt = Math.max(segment.newestAt, at);
    return segment.newestAt;
  }
}
