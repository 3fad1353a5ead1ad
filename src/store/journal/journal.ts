/**
 * The embedded store engine: an append-only journal in the data directory, no service needed. An event is
 * stored once its record is fsynced, and settled once its outcome is. This file is the store's port; new events
 * come in by `appender.ts`, how bytes are written is `commit-log.ts`, what a record changes is `journal-state.ts`.
 */
import { HookdError, messageOf } from "../../errors.ts";
import type { AttemptRecord, Decision, Delivery, EventRecord, NewEvent, StoredEvent } from "../../model.ts";
import type { Appended, Store, StoreStatus } from "../../ports.ts";
import { Appender } from "./appender.ts";
import { Claim } from "./claim.ts";
import { readChain, toRecord } from "./chain.ts";
import { FreshEvents } from "./fresh-events.ts";
import { JournalArchive } from "./journal-archive.ts";
import type { JournalCore, Made } from "./journal-core.ts";
import { type JournalOptions, openJournalCore } from "./open-journal.ts";
import { locateEvent } from "./locate-event.ts";
import { statusOf } from "./journal-status.ts";
import { decodeEvent, encodeHold } from "./records.ts";
import { encodeSettlement, firstAfter, type Settled } from "./settlement-record.ts";

/** A delivery whose event cannot be read just now is tried again after this time, without an attempt. */
const UNREADABLE_RETRY_MS = 60_000;

export class Journal implements Store {
  /** The operator's view of the same store. */
  readonly archive: JournalArchive;
  readonly #core: JournalCore;
  readonly #status: StoreStatus;
  readonly #fresh = new FreshEvents();
  readonly #appender: Appender;

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
    const claims: Claim[] = [];
    const reading: Promise<void>[] = [];
    for (let index = 0; index < slots.length; index++) {
      const slot = slots[index]!;
      const fresh = this.#fresh.take(slot);
      if (fresh !== undefined) claims[index] = new Claim(this.#core, slot, fresh);
      else {reading.push(
          this.#readEvent(slot).then((read) => void (read && (claims[index] = new Claim(this.#core, slot, read)))),
        );}
    }
    if (reading.length === 0) return claims;
    await Promise.all(reading);
    // One that could not be read has left a hole.
    return claims.filter(() => true);
  }

  settle(delivery: Delivery, decision: Decision, attempt?: AttemptRecord): Promise<void> {
    if (!(delivery instanceof Claim) || delivery.core !== this.#core) return Promise.resolve();
    return delivery.settled ??= decision.kind === "give-back"
      ? this.#giveBack(delivery)
      : this.#commitSettlement(delivery, decision, attempt);
  }

  async find(eventId: string): Promise<EventRecord | undefined> {
    const last = await this.#core.read(() => locateEvent(this.#core.state, eventId));
    if (last === undefined) return undefined;
    const chain = await this.#core.read(() => readChain(this.#core.state.segments, last));
    return chain && toRecord(chain, this.#core.isRunning(chain.position));
  }

  status(): StoreStatus {
    return this.#status;
  }

  close(): Promise<void> {
    return this.#core.close();
  }

  #giveBack({ slot }: Claim): Promise<void> {
    const { state, claims } = this.#core;
    state.mailboxes.giveBack(slot);
    claims.wake();
    return Promise.resolve();
  }

  #commitSettlement(claim: Claim, decision: Settled, attempt: AttemptRecord | undefined): Promise<void> {
    const { event } = claim;
    const { log, firstSeen, claims } = this.#core;
    const outcome = encodeSettlement(this.#core, { claim, decision, attempt });
    const parked = decision.kind === "dead-letter" && decision.park ? event.orderingKey : undefined;
    // The hold first: what the outcome makes way for must not get its turn.
    const records: Made[] = parked === undefined ? [outcome] : [parkOf(event.source, parked), outcome];
    return new Promise((resolve, reject) => {
      log.enqueue({
        frames: records.map(({ frame }) => frame),
        onDurable: (positions) => {
          for (let at = 0; at < records.length; at++) this.#core.apply(records[at]!, positions[at]!);
          firstSeen.changed(event, () => firstAfter(event, decision));
          claims.wake();
          resolve();
        },
        onFailed: (error) => {
          // Nothing was settled: the claim stands, and the caller may try again.
          claim.settled = undefined;
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
