/**
 * The embedded store engine: an append-only journal in the data directory, no service needed. An event is
 * stored once its record is fsynced, and settled once its outcome is. This file is the store's port; how
 * bytes are written is `commit-log.ts`, what a record changes is `journal-state.ts`.
 */
import type { Buffer } from "node:buffer";
import { HookdError, messageOf } from "../../errors.ts";
import type { AttemptRecord, Decision, Delivery, EventRecord, NewEvent, StoredEvent } from "../../model.ts";
import type { Appended, Store, StoreStatus } from "../../ports.ts";
import { idHash, keyHash, mailboxNumber } from "../hash.ts";
import { readChain, toRecord } from "./chain.ts";
import { FreshEvents } from "./fresh-events.ts";
import { JournalArchive } from "./journal-archive.ts";
import type { JournalCore } from "./journal-core.ts";
import { type JournalOptions, openJournalCore } from "./open-journal.ts";
import { locateEvent } from "./locate-event.ts";
import { NOWHERE } from "./position.ts";
import { decodeEvent, encodeEvent, encodeHold, type EventEntry } from "./records.ts";
import { type FirstSeen, sameBody, scopeOf } from "./first-seen.ts";
import { encodeSettlement, firstAfter, type Settlement } from "./settlement-record.ts";

/** A delivery whose event cannot be read just now is tried again after this time, without an attempt. */
const UNREADABLE_RETRY_MS = 60_000;

export class Journal implements Store {
  /** The operator's view of the same store. */
  readonly archive: JournalArchive;
  readonly #core: JournalCore;
  readonly #fresh = new FreshEvents();
  /** Keys that an append has under way: a copy of the event waits for its end. */
  readonly #reserved = new Map<string, Promise<unknown>>();
  /** Settlements that are being committed, by event id. */
  readonly #settling = new Map<string, Promise<void>>();

  private constructor(core: JournalCore) {
    this.#core = core;
    this.archive = new JournalArchive(core, (events) => this.append(events));
  }

  /** Opens or makes the journal in `options.folder`; rejects with ERR_STORE_LOCKED, _FORMAT or _UNREADABLE. */
  static async open(options: JournalOptions): Promise<Journal> {
    return new Journal(await openJournalCore(options));
  }

  async append(events: readonly NewEvent[]): Promise<Appended[]> {
    const scopes = events.filter((event) => event.replayOf === undefined).map(scopeOf);
    // Another append may have one of these keys under way; what it stored is there to be found when it ends.
    // From the last look to the reservation there is no await, so two copies cannot both find a key free.
    for (let other = this.#reservedBy(scopes); other !== undefined; other = this.#reservedBy(scopes)) {
      await other.catch(() => {});
    }
    const work = this.#appendReserved(events);
    for (const scope of scopes) this.#reserved.set(scope, work);
    try {
      return await work;
    } finally {
      for (const scope of scopes) this.#reserved.delete(scope);
    }
  }

  async claim(limit: number, signal: AbortSignal): Promise<Delivery[]> {
    const slots = await this.#core.claims.claim(limit, signal);
    const deliveries = await Promise.all(slots.map((slot) => this.#deliver(slot)));
    return deliveries.filter((delivery) => delivery !== undefined);
  }

  async settle(delivery: Delivery, decision: Decision, attempt?: AttemptRecord): Promise<void> {
    const { running, state, claims } = this.#core;
    const { id } = delivery.event;
    const slot = running.get(id);
    if (slot === undefined) return await this.#settling.get(id);
    running.delete(id);
    if (decision.kind === "give-back") {
      state.mailboxes.giveBack(slot);
      claims.wake();
      return;
    }
    const work = this.#commitSettlement({ slot, delivery, decision, attempt });
    this.#settling.set(id, work);
    try {
      await work;
    } catch (error) {
      // Nothing was settled: the claim stands, and the caller may try again.
      running.set(id, slot);
      throw error;
    } finally {
      this.#settling.delete(id);
    }
  }

  async find(eventId: string): Promise<EventRecord | undefined> {
    const last = await this.#core.read(() => locateEvent(this.#core.state, eventId));
    if (last === undefined) return undefined;
    const chain = await this.#core.read(() => readChain(this.#core.state.segments, last));
    return chain && toRecord(chain, this.#core.running.has(eventId) || this.#settling.has(eventId));
  }

  status(): StoreStatus {
    const { state, log, firstSeen, damage } = this.#core;
    const oldest = state.waiting.oldest();
    const failure = log.failure;
    return {
      accepting: failure === undefined,
      ...(failure !== undefined && { reason: failure.message }),
      depth: state.waiting.size,
      running: state.mailboxes.running,
      ...(oldest !== undefined && { oldestReceivedAt: state.waiting.receivedAt[oldest]! }),
      get mailboxes() {
        return state.mailboxes.counts();
      },
      idempotency: { entries: firstSeen.cacheEntries, cacheHits: firstSeen.cacheHits },
      damage,
    };
  }

  close(): Promise<void> {
    return this.#core.close();
  }

  #reservedBy(scopes: readonly string[]): Promise<unknown> | undefined {
    for (const scope of scopes) {
      const work = this.#reserved.get(scope);
      if (work !== undefined) return work;
    }
    return undefined;
  }

  async #appendReserved(events: readonly NewEvent[]): Promise<Appended[]> {
    const { firstSeen } = this.#core;
    const seen = new Map<string, FirstSeen | StoredEvent>();
    for (const event of events) {
      if (event.replayOf !== undefined) continue;
      const first = firstSeen.cached(event) ??
        (firstSeen.isSurelyFree(event) ? undefined : await this.#readFirst(event));
      if (first !== undefined) seen.set(scopeOf(event), first);
    }
    const answers: Appended[] = [];
    const frames: Buffer[] = [];
    const stored: { event: StoredEvent; entry: EventEntry }[] = [];
    for (const event of events) {
      const first = event.replayOf === undefined ? seen.get(scopeOf(event)) : undefined;
      if (first !== undefined) {
        answers.push(duplicateOf(event, first));
        continue;
      }
      const made = this.#makeEntry(event);
      stored.push(made);
      frames.push(encodeEvent(made.entry, event));
      seen.set(scopeOf(event), made.event);
      answers.push({ kind: "stored", event: made.event, ahead: this.#core.state.waiting.size + stored.length - 1 });
    }
    if (frames.length > 0) await this.#commitEvents(frames, stored);
    return answers;
  }

  #readFirst(event: NewEvent): Promise<FirstSeen | undefined> {
    return this.#core.read(() => this.#core.firstSeen.read(event));
  }

  #makeEntry(event: NewEvent): { event: StoredEvent; entry: EventEntry } {
    const { state, clock } = this.#core;
    const id = state.ids.next(clock.now());
    const entry: EventEntry = {
      kind: "event",
      id,
      hash: event.replayOf === undefined ? keyHash(event, state.seed) : idHash(id, state.seed),
      seq: state.nextSeq(),
      receivedAt: event.receivedAt,
      charged: 0,
      generation: 0,
      dueAt: 0,
      from: NOWHERE,
      mailbox: mailboxNumber(event.source, event.orderingKey, state.seed),
      dead: false,
    };
    return { event: { ...event, id }, entry };
  }

  async #commitEvents(frames: Buffer[], stored: { event: StoredEvent; entry: EventEntry }[]): Promise<void> {
    const { firstSeen, claims } = this.#core;
    await this.#core.commit(frames, (slots) => {
      for (const [index, { event }] of stored.entries()) {
        this.#fresh.keep(slots[index]!, event);
        firstSeen.stored(event, event.id);
      }
      claims.wake();
    });
  }

  /** Reads the event of a slot whose turn has come. */
  async #deliver(slot: number): Promise<Delivery | undefined> {
    const { state, running } = this.#core;
    const { waiting } = state;
    const charged = waiting.charged[slot]!;
    const generation = waiting.generation[slot]!;
    const event = this.#fresh.take(slot) ?? (await this.#readEvent(slot));
    if (event === undefined) return undefined;
    running.set(event.id, slot);
    return { event, attempt: charged + (event.firstAttempt ?? 1), generation };
  }

  async #commitSettlement(made: Settlement): Promise<void> {
    const { event } = made.delivery;
    const { decision } = made;
    const frames: Buffer[] = [encodeSettlement(this.#core, made)];
    if (decision.kind === "dead-letter" && decision.park && event.orderingKey !== undefined) {
      frames.unshift(encodeHold({ source: event.source, orderingKey: event.orderingKey, hold: "parked" }));
    }
    await this.#core.commit(frames, () => {
      this.#core.firstSeen.changed(event, firstAfter(event, decision));
      this.#core.claims.wake();
    });
  }

  async #readEvent(slot: number): Promise<StoredEvent | undefined> {
    const { state, emit, clock } = this.#core;
    try {
      const frame = await state.segments.readFrame(
        state.waiting.event[slot]!,
        state.waiting.frameBytes[slot]! || undefined,
      );
      if (frame !== undefined) return decodeEvent(frame).event;
      throw new Error("the record is damaged");
    } catch (error) {
      const failure = new HookdError("ERR_STORE_FAILED", `Cannot read a waiting event: ${messageOf(error)}`, {
        cause: error,
      });
      emit({ kind: "store-failed", code: failure.code, message: failure.message, hint: failure.hint });
      state.mailboxes.retry(slot, clock.now() + UNREADABLE_RETRY_MS);
      this.#core.claims.wake();
      return undefined;
    }
  }
}

function duplicateOf(event: NewEvent, first: FirstSeen | StoredEvent): Appended {
  if ("first" in first) return { kind: "duplicate", first: first.first, sameBody: sameBody(first, event) };
  const same = first.body.length === event.body.length && first.body.every((byte, index) => byte === event.body[index]);
  return {
    kind: "duplicate",
    first: { state: "available", event: { id: first.id, type: first.type } },
    sameBody: same,
  };
}
