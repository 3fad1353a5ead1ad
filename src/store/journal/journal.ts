/**
 * The embedded store engine: an append-only journal in the data directory, no service needed. An event is
 * stored once its record is fsynced, and settled once its outcome is. This file is the store's port; new events
 * come in by `appender.ts`, how bytes are written is `commit-log.ts`, what a record changes is `journal-state.ts`.
 */
import { HookdError, messageOf } from "../../errors.ts";
import type { AttemptRecord, Decision, Delivery, EventRecord, NewEvent, StoredEvent } from "../../model.ts";
import type { Appended, Store, StoreStatus } from "../../ports.ts";
import { Appender } from "./appender.ts";
import { readChain, toRecord } from "./chain.ts";
import { FreshEvents } from "./fresh-events.ts";
import { NumberMap } from "./number-map.ts";
import { JournalArchive } from "./journal-archive.ts";
import type { JournalCore, Made } from "./journal-core.ts";
import { type JournalOptions, openJournalCore } from "./open-journal.ts";
import { locateEvent } from "./locate-event.ts";
import { statusOf } from "./journal-status.ts";
import { decodeEvent, encodeHold } from "./records.ts";
import { encodeSettlement, firstAfter, type Settlement } from "./settlement-record.ts";

/** A delivery whose event cannot be read just now is tried again after this time, without an attempt. */
const UNREADABLE_RETRY_MS = 60_000;

export class Journal implements Store {
  /** The operator's view of the same store. */
  readonly archive: JournalArchive;
  readonly #core: JournalCore;
  readonly #status: StoreStatus;
  readonly #fresh = new FreshEvents();
  readonly #appender: Appender;
  /** Settlements that are being committed, by slot. */
  readonly #settling = new NumberMap<Promise<void>>();

  private constructor(core: JournalCore) {
    this.#core = core;
    this.#status = statusOf(core);
    this.#appender = new Appender(core, this.#fresh);
    this.archive = new JournalArchive(core, (events) => this.append(events));
  }

  /** Opens or makes the journal in `options.folder`; rejects with ERR_STORE_LOCKED, _FORMAT or _UNREADABLE. */
  static async open(options: JournalOptions): Promise<Journal> {
    return new Journal(await openJournalCore(options));
  }

  append(events: readonly NewEvent[]): Promise<Appended[]> {
    return this.#appender.append(events);
  }

  async claim(limit: number, signal: AbortSignal): Promise<Delivery[]> {
    const slots = await this.#core.claims.claim(limit, signal);
    const reading: Promise<void>[] = [];
    const deliveries: (Delivery | undefined)[] = [];
    for (const [index, slot] of slots.entries()) {
      const fresh = this.#fresh.take(slot);
      if (fresh !== undefined) deliveries[index] = this.#claimed(slot, fresh);
      else reading.push(this.#readDelivery(slot).then((read) => void (deliveries[index] = read)));
    }
    if (reading.length > 0) await Promise.all(reading);
    return deliveries.filter((delivery) => delivery !== undefined);
  }

  settle(delivery: Delivery, decision: Decision, attempt?: AttemptRecord): Promise<void> {
    const { running, state, claims } = this.#core;
    const slot = running.get(delivery.event.id);
    if (slot === undefined) return Promise.resolve();
    const underWay = this.#settling.get(slot);
    if (underWay !== undefined) return underWay;
    if (decision.kind === "give-back") {
      running.delete(delivery.event.id);
      state.mailboxes.giveBack(slot);
      claims.wake();
      return Promise.resolve();
    }
    const work = this.#commitSettlement({ slot, delivery, decision, attempt });
    this.#settling.set(slot, work);
    return work;
  }

  async find(eventId: string): Promise<EventRecord | undefined> {
    const last = await this.#core.read(() => locateEvent(this.#core.state, eventId));
    if (last === undefined) return undefined;
    const chain = await this.#core.read(() => readChain(this.#core.state.segments, last));
    return chain && toRecord(chain, this.#core.running.has(eventId));
  }

  status(): StoreStatus {
    return this.#status;
  }

  close(): Promise<void> {
    return this.#core.close();
  }

  #claimed(slot: number, event: StoredEvent): Delivery {
    const { state: { waiting }, running } = this.#core;
    running.set(event.id, slot);
    const attempt = waiting.charged[slot]! + (event.firstAttempt ?? 1);
    return { event, attempt, generation: waiting.generation[slot]! };
  }

  /** Reads the event of a slot whose turn has come. */
  async #readDelivery(slot: number): Promise<Delivery | undefined> {
    const event = await this.#readEvent(slot);
    return event && this.#claimed(slot, event);
  }

  #commitSettlement(made: Settlement): Promise<void> {
    const { slot, decision, delivery: { event } } = made;
    const { log, running, firstSeen, claims } = this.#core;
    const outcome = encodeSettlement(this.#core, made);
    const parked = decision.kind === "dead-letter" && decision.park ? event.orderingKey : undefined;
    // The hold first: what the outcome makes way for must not get its turn.
    const records: Made[] = parked === undefined ? [outcome] : [parkOf(event.source, parked), outcome];
    return new Promise((resolve, reject) => {
      log.enqueue({
        frames: records.map(({ frame }) => frame),
        onDurable: (positions) => {
          for (let at = 0; at < records.length; at++) this.#core.apply(records[at]!, positions[at]!);
          running.delete(event.id);
          this.#settling.delete(slot);
          firstSeen.changed(event, () => firstAfter(event, decision));
          claims.wake();
          resolve();
        },
        onFailed: (error) => {
          // Nothing was settled: the claim stands, and the caller may try again.
          this.#settling.delete(slot);
          reject(error);
        },
      });
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

function parkOf(source: string, orderingKey: string): Made {
  const hold = { source, orderingKey, hold: "parked" as const };
  return { entry: { kind: "hold", ...hold }, frame: encodeHold(hold) };
}
