/**
 * The embedded store engine: an append-only journal in the data directory, no service needed. An event is
 * stored once its record is fsynced, and settled once its outcome is. This file is the store's port; how
 * bytes are written is `commit-log.ts`, what a record changes is `journal-state.ts`.
 */
import { HookdError, messageOf } from "../../errors.ts";
import type { AttemptRecord, Decision, Delivery, EventRecord, NewEvent, StoredEvent } from "../../model.ts";
import type { Appended, Store, StoreStatus } from "../../ports.ts";
import { idHash, keyHash, mailboxNumber } from "../hash.ts";
import { readChain, toRecord } from "./chain.ts";
import { FreshEvents } from "./fresh-events.ts";
import { InFlight } from "./in-flight.ts";
import { JournalArchive } from "./journal-archive.ts";
import type { JournalCore, Made } from "./journal-core.ts";
import { type JournalOptions, openJournalCore } from "./open-journal.ts";
import { locateEvent } from "./locate-event.ts";
import { NOWHERE, type Position } from "./position.ts";
import { decodeEvent, encodeEvent, encodeHold, type EventEntry } from "./records.ts";
import { type FirstSeen, sameBody, scopeOf } from "./first-seen.ts";
import { encodeSettlement, firstAfter, type Settlement } from "./settlement-record.ts";

/** A new event on its way to the disk. */
type MadeEvent = Made<EventEntry> & { event: StoredEvent };

/** A delivery whose event cannot be read just now is tried again after this time, without an attempt. */
const UNREADABLE_RETRY_MS = 60_000;

export class Journal implements Store {
  /** The operator's view of the same store. */
  readonly archive: JournalArchive;
  readonly #core: JournalCore;
  readonly #status: StoreStatus;
  readonly #fresh = new FreshEvents();
  /** Hashes of keys that an append has under way: a copy of the event, and what shares its hash, waits for its end. */
  readonly #reserved = new InFlight<Promise<unknown>>();
  /** Settlements that are being committed, by event id. */
  readonly #settling = new Map<string, Promise<void>>();

  private constructor(core: JournalCore) {
    this.#core = core;
    this.#status = statusOf(core);
    this.archive = new JournalArchive(core, (events) => this.append(events));
  }

  /** Opens or makes the journal in `options.folder`; rejects with ERR_STORE_LOCKED, _FORMAT or _UNREADABLE. */
  static async open(options: JournalOptions): Promise<Journal> {
    return new Journal(await openJournalCore(options));
  }

  append(events: readonly NewEvent[]): Promise<Appended[]> {
    const [event] = events;
    if (event !== undefined && events.length === 1 && event.replayOf === undefined) {
      const hash = keyHash(event, this.#core.state.seed);
      // The usual case, decided in memory: no copy is under way, and no record on disk can be the first.
      if (this.#reserved.get(hash) === undefined && this.#core.firstSeen.isSurelyFree(hash)) {
        return this.#appendFirst(event, hash);
      }
    }
    return this.#appendWithLook(events);
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
    return this.#status;
  }

  close(): Promise<void> {
    return this.#core.close();
  }

  /** An event whose key is free for certain. From the look at its key to the reservation there is no await. */
  #appendFirst(event: NewEvent, hash: number): Promise<Appended[]> {
    const { log, claims, state } = this.#core;
    const made = this.#makeEvent(event, hash);
    const ahead = state.waiting.size;
    const work = new Promise<Appended[]>((resolve, reject) => {
      log.enqueue({
        frames: [made.frame],
        onDurable: ([position]) => {
          this.#reserved.delete(hash);
          this.#stored(made, position!);
          claims.wake();
          resolve([{ kind: "stored", event: made.event, ahead }]);
        },
        onFailed: (error) => {
          this.#reserved.delete(hash);
          reject(error);
        },
      });
    });
    this.#reserved.set(hash, work);
    return work;
  }

  /** Events that may be copies, of each other or of earlier ones. */
  async #appendWithLook(events: readonly NewEvent[]): Promise<Appended[]> {
    const { seed } = this.#core.state;
    const hashes = events.filter((event) => event.replayOf === undefined).map((event) => keyHash(event, seed));
    // Another append may have one of these keys under way; what it stored is there to be found when it ends.
    // From the last look to the reservation there is no await, so two copies cannot both find a key free.
    for (let other = this.#reservedBy(hashes); other !== undefined; other = this.#reservedBy(hashes)) {
      await other.catch(() => {});
    }
    const work = this.#appendReserved(events);
    for (const hash of hashes) this.#reserved.set(hash, work);
    try {
      return await work;
    } finally {
      for (const hash of hashes) this.#reserved.delete(hash);
    }
  }

  #reservedBy(hashes: readonly number[]): Promise<unknown> | undefined {
    for (const hash of hashes) {
      const work = this.#reserved.get(hash);
      if (work !== undefined) return work;
    }
    return undefined;
  }

  async #appendReserved(events: readonly NewEvent[]): Promise<Appended[]> {
    const { firstSeen, state } = this.#core;
    const seen = new Map<string, FirstSeen | StoredEvent>();
    for (const event of events) {
      if (event.replayOf !== undefined) continue;
      const isFree = firstSeen.isSurelyFree(keyHash(event, state.seed));
      const first = firstSeen.cached(event) ?? (isFree ? undefined : await this.#readFirst(event));
      if (first !== undefined) seen.set(scopeOf(event), first);
    }
    const answers: Appended[] = [];
    const made: MadeEvent[] = [];
    for (const event of events) {
      const first = event.replayOf === undefined ? seen.get(scopeOf(event)) : undefined;
      if (first !== undefined) {
        answers.push(duplicateOf(event, first));
        continue;
      }
      const each = this.#makeEvent(event, event.replayOf === undefined ? keyHash(event, state.seed) : undefined);
      made.push(each);
      seen.set(scopeOf(event), each.event);
      answers.push({ kind: "stored", event: each.event, ahead: state.waiting.size + made.length - 1 });
    }
    if (made.length > 0) await this.#commitEvents(made);
    return answers;
  }

  #readFirst(event: NewEvent): Promise<FirstSeen | undefined> {
    return this.#core.read(() => this.#core.firstSeen.read(event));
  }

  /** Without a hash: the event holds no key. */
  #makeEvent(event: NewEvent, hash: number | undefined): MadeEvent {
    const { state, clock } = this.#core;
    const id = state.ids.next(clock.now());
    const entry: EventEntry = {
      kind: "event",
      id,
      hash: hash ?? idHash(id, state.seed),
      seq: state.nextSeq(),
      receivedAt: event.receivedAt,
      charged: 0,
      generation: 0,
      dueAt: 0,
      from: NOWHERE,
      mailbox: mailboxNumber(event.source, event.orderingKey, state.seed),
      dead: false,
    };
    return { event: storedAs(id, event), entry, frame: encodeEvent(entry, event) };
  }

  async #commitEvents(made: readonly MadeEvent[]): Promise<void> {
    const { log, claims } = this.#core;
    await log.append(made.map(({ frame }) => frame), (positions) => {
      for (const [index, each] of made.entries()) this.#stored(each, positions[index]!);
      claims.wake();
    });
  }

  /** Durable; kept at hand for its turn. */
  #stored(made: MadeEvent, position: Position): void {
    const slot = this.#core.apply(made, position);
    if (slot !== undefined) this.#fresh.keep(slot, made.event);
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

  #commitSettlement(made: Settlement): Promise<void> {
    const { event } = made.delivery;
    const { decision } = made;
    const record = encodeSettlement(this.#core, made);
    const told = () => {
      this.#core.firstSeen.changed(event, firstAfter(event, decision));
      this.#core.claims.wake();
    };
    if (decision.kind === "dead-letter" && decision.park && event.orderingKey !== undefined) {
      const hold = encodeHold({ source: event.source, orderingKey: event.orderingKey, hold: "parked" });
      return this.#core.commit([hold, record.frame], told);
    }
    return this.#core.log.append([record.frame], ([position]) => {
      this.#core.apply(record, position!);
      told();
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

/** A view that is read on each request: made once, and each property looks when it is asked. */
function statusOf({ state, log, firstSeen, damage }: JournalCore): StoreStatus {
  return {
    get accepting() {
      return log.failure === undefined;
    },
    get reason() {
      return log.failure?.message;
    },
    get depth() {
      return state.waiting.size;
    },
    get running() {
      return state.mailboxes.running;
    },
    get oldestReceivedAt() {
      const oldest = state.waiting.oldest();
      return oldest === undefined ? undefined : state.waiting.receivedAt[oldest]!;
    },
    get mailboxes() {
      return state.mailboxes.counts();
    },
    get idempotency() {
      return { entries: firstSeen.cacheEntries, cacheHits: firstSeen.cacheHits };
    },
    damage,
  };
}

/** Field by field: an object that is spread takes 1 us. */
function storedAs(id: string, event: NewEvent): StoredEvent {
  const { source, type, key, orderingKey, headers, body, receivedAt, sourceIp, firstAttempt, windowMs, replayOf } =
    event;
  return {
    id,
    source,
    type,
    key,
    orderingKey,
    headers,
    body,
    receivedAt,
    sourceIp,
    firstAttempt,
    windowMs,
    replayOf,
  };
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
