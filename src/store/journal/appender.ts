/**
 * New events: whether their keys are free, their ids, and one commit for those of one append. Promise: one event
 * for each (source, key), whatever arrives at the same time.
 */
import type { NewEvent, StoredEvent } from "../../model.ts";
import type { Appended } from "../../ports.ts";
import { idHash, keyHash, mailboxNumber } from "../hash.ts";
import { type FirstSeen, sameBody, scopeOf } from "./first-seen.ts";
import type { FrameMemory } from "./frame-memory.ts";
import type { FreshEvents } from "./fresh-events.ts";
import { NumberMap } from "./number-map.ts";
import type { JournalCore, Made } from "./journal-core.ts";
import { NOWHERE, type Position } from "./position.ts";
import { encodeEvent, type EventEntry } from "./records.ts";

/** A new event on its way to the disk. */
type MadeEvent = Made<EventEntry> & { event: StoredEvent };

export class Appender {
  readonly #core: JournalCore;
  readonly #fresh: FreshEvents;
  /** Hashes of keys that an append has under way: a copy of the event, and what shares its hash, waits for its end. */
  readonly #reserved = new NumberMap<Promise<unknown>>();

  constructor(core: JournalCore, fresh: FreshEvents) {
    this.#core = core;
    this.#fresh = fresh;
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

  /** An event whose key is free for certain. From the look at its key to the reservation there is no await. */
  #appendFirst(event: NewEvent, hash: number): Promise<Appended[]> {
    const { log, claims, state } = this.#core;
    const made = this.#makeEvent(event, hash, log.memory.allocate);
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

  /** Without a hash: the event holds no key. `alloc`: only where nothing can come between it and the log. */
  #makeEvent(event: NewEvent, hash: number | undefined, alloc?: FrameMemory["allocate"]): MadeEvent {
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
    return { event: storedAs(id, event), entry, frame: encodeEvent(entry, event, undefined, alloc) };
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
