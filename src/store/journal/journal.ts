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
import type { JournalCore } from "./journal-core.ts";
import { type JournalOptions, openJournalCore } from "./open-journal.ts";
import { locateEvent } from "./locate-event.ts";
import { statusOf } from "./journal-status.ts";
import { decodeEvent } from "./records.ts";
import type { Settled } from "./settlement-record.ts";
import { parks, Settling } from "./settling.ts";

/** A delivery whose event cannot be read just now is tried again after this time, without an attempt. */
const UNREADABLE_RETRY_MS = 60_000;

export class Journal implements Store {
  /** The operator's view of the same store. */
  readonly archive: JournalArchive;
  readonly #core: JournalCore;
  readonly #status: StoreStatus;
  readonly #fresh = new FreshEvents();
  readonly #appender: Appender;
  /** What the next settlements enter the log with. */
  #settling: Settling | undefined;

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
    const open = this.#settling;
    if (open?.isOpen === true && !parks(claim, decision)) {
      open.add(claim, decision, attempt);
      return open.done;
    }
    const settling = this.#settling = new Settling(this.#core);
    settling.add(claim, decision, attempt);
    this.#core.log.enqueue(settling);
    return settling.done;
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
      const failure = new HookdError("ERR_STORE_DAMAGED", `Cannot read a waiting event: ${messageOf(error)}`, {
        cause: error,
      });
      emit({ kind: "store-failed", code: failure.code, message: failure.message, hint: failure.hint });
      state.mailboxes.retry(slot, clock.now() + UNREADABLE_RETRY_MS);
      this.#core.claims.wake();
      return undefined;
    }
  }
}
