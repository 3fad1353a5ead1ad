/**
 * The engine without a disk: the same rules as the journal over plain objects. For tests and trials only,
 * because an ack of it survives nothing.
 */
import { Buffer } from "node:buffer";
import { HookdError } from "../errors.ts";
import type {
  AttemptRecord,
  Decision,
  Delivery,
  EventRecord,
  HoldKind,
  MailboxView,
  NewEvent,
  StoredEvent,
} from "../model.ts";
import type { Appended, Archive, Clock, EventFilter, Page, Store, StoreStatus } from "../ports.ts";
import { Claims } from "./claims.ts";
import { EventIds } from "./event-id.ts";
import { mailboxNumber } from "./hash.ts";
import { formatMailboxKey, parseMailboxKey } from "./mailbox-key.ts";
import { Mailboxes } from "./mailboxes.ts";
import { checkCursor, matchesFilter } from "./event-filter.ts";

interface Entry {
  record: EventRecord;
  slot: number;
  /** Attempts that were charged in this generation. */
  charged: number;
}

export class MemoryStore implements Store, Archive {
  readonly #clock: Clock;
  readonly #ids = new EventIds();
  readonly #mailboxes = new Mailboxes();
  readonly #claims: Claims;
  readonly #entries = new Map<string, Entry>();
  readonly #slots: Entry[] = [];
  readonly #keys = new Map<string, Entry>();
  readonly #dead = new Set<string>();
  readonly #holds = new Map<number, MailboxView>();
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#claims = new Claims(this.#mailboxes, clock);
  }

  append(events: readonly NewEvent[]): Promise<Appended[]> {
    if (this.#closed) return Promise.reject(closedError());
    const appended = events.map((event) => this.#appendOne(event));
    this.#claims.wake();
    return Promise.resolve(appended);
  }

  async claim(limit: number, signal: AbortSignal): Promise<Delivery[]> {
    const slots = await this.#claims.claim(limit, signal);
    return slots.map((slot) => {
      const { record, charged } = this.#slots[slot]!;
      record.state = "running";
      const attempt = charged + (record.event.firstAttempt ?? 1);
      return { event: record.event, attempt, generation: record.generation };
    });
  }

  settle(delivery: Delivery, decision: Decision, attempt?: AttemptRecord): Promise<void> {
    if (this.#closed) return Promise.reject(closedError());
    const entry = this.#entries.get(delivery.event.id);
    if (entry === undefined || !this.#mailboxes.isRunning(entry.slot)) return Promise.resolve();
    if (attempt !== undefined) entry.record.attempts.push(attempt);
    this.#apply(entry, decision);
    this.#claims.wake();
    return Promise.resolve();
  }

  find(eventId: string): Promise<EventRecord | undefined> {
    const record = this.#entries.get(eventId)?.record;
    return Promise.resolve(record && { ...record, attempts: [...record.attempts] });
  }

  status(): StoreStatus {
    const mailboxes = this.#mailboxes;
    const oldest = [...this.#entries.values()].find((entry) => isOpen(entry.record));
    return {
      accepting: !this.#closed,
      depth: mailboxes.size,
      running: mailboxes.running,
      ...(oldest && { oldestReceivedAt: oldest.record.event.receivedAt }),
      get mailboxes() {
        return mailboxes.counts();
      },
      idempotency: { entries: this.#keys.size, cacheHits: 0 },
      damage: [],
    };
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#claims.close();
    return Promise.resolve();
  }

  async list(filter: EventFilter): Promise<Page<EventRecord>> {
    checkCursor(filter);
    const newestFirst = [...this.#entries.values()].map((entry) => entry.record).reverse()
      .filter((record) => filter.cursor === undefined || record.event.id < filter.cursor)
      .filter((record) => matchesFilter(record, filter));
    const items = newestFirst.slice(0, filter.limit);
    const more = newestFirst.length > items.length;
    return await Promise.resolve({ items, ...(more && { next: items.at(-1)!.event.id }) });
  }

  async replay(eventId: string): Promise<StoredEvent | undefined> {
    const event = this.#entries.get(eventId)?.record.event;
    if (event === undefined) return undefined;
    const { id, firstAttempt: _, ...rest } = event;
    const [appended] = await this.append([{ ...rest, receivedAt: this.#clock.now(), replayOf: id }]);
    return appended?.kind === "stored" ? appended.event : undefined;
  }

  revive(eventId: string): Promise<boolean> {
    const entry = this.#entries.get(eventId);
    if (entry === undefined || !this.#dead.delete(eventId)) return Promise.resolve(false);
    entry.record = {
      event: entry.record.event,
      state: "available",
      attempts: entry.record.attempts,
      generation: entry.record.generation + 1,
    };
    entry.charged = 0;
    this.#enter(entry);
    this.#claims.wake();
    return Promise.resolve(true);
  }

  forget(eventId: string): void {
    this.#dead.delete(eventId);
  }

  dead(): Iterable<string> {
    return this.#dead;
  }

  mailboxes(limit: number): Promise<MailboxView[]> {
    const views: MailboxView[] = [];
    for (const { mailbox, head, state, waiting } of this.#mailboxes.views()) {
      if (views.length === limit) break;
      const held = this.#holds.get(mailbox);
      const event = head === undefined ? undefined : this.#slots[head]!.record.event;
      const source = event?.source ?? held!.source;
      const orderingKey = event?.orderingKey ?? held!.orderingKey;
      views.push({ key: formatMailboxKey({ source, orderingKey }), source, orderingKey, state, waiting });
    }
    return Promise.resolve(views);
  }

  hold(mailboxKey: string, kind: HoldKind | undefined): Promise<boolean> {
    const key = parseMailboxKey(mailboxKey);
    if (key === undefined) return Promise.resolve(false);
    this.#hold(key.source, key.orderingKey, kind);
    this.#claims.wake();
    return Promise.resolve(true);
  }

  #appendOne(event: NewEvent): Appended {
    const scope = `${event.source}\0${event.key}`;
    const first = event.replayOf === undefined ? this.#keys.get(scope)?.record : undefined;
    if (first !== undefined && event.receivedAt < first.event.receivedAt + first.event.windowMs) {
      return { kind: "duplicate", first, sameBody: Buffer.compare(first.event.body, event.body) === 0 };
    }
    const ahead = this.#mailboxes.size;
    const stored: StoredEvent = { ...event, id: this.#ids.next(this.#clock.now()) };
    const entry: Entry = {
      record: { event: stored, state: "available", attempts: [], generation: 0 },
      slot: 0,
      charged: 0,
    };
    this.#entries.set(stored.id, entry);
    if (event.replayOf === undefined) this.#keys.set(scope, entry);
    this.#enter(entry);
    return { kind: "stored", event: stored, ahead };
  }

  #enter(entry: Entry): void {
    entry.slot = this.#slots.push(entry) - 1;
    const { source, orderingKey } = entry.record.event;
    this.#mailboxes.add(entry.slot, mailboxNumber(source, orderingKey, 0));
  }

  #apply(entry: Entry, decision: Decision): void {
    const { record, slot } = entry;
    const { source, orderingKey, key } = record.event;
    delete record.nextAttemptAt;
    if (decision.kind === "give-back") {
      record.state = record.attempts.length > 0 ? "retryable" : "available";
      this.#mailboxes.giveBack(slot);
      return;
    }
    entry.charged += 1;
    if (decision.kind === "retry") {
      Object.assign(record, { state: "retryable", failure: decision.failure, nextAttemptAt: decision.at });
      this.#mailboxes.retry(slot, decision.at);
      return;
    }
    record.settledAt = this.#clock.now();
    if (decision.kind === "complete") {
      Object.assign(record, { state: "completed", result: decision.result });
      delete record.failure;
    } else {
      Object.assign(record, { state: "dead", failure: decision.failure });
      if (decision.kind === "fail") this.#keys.delete(`${source}\0${key}`);
      else this.#dead.add(record.event.id);
      if (decision.kind === "dead-letter" && decision.park && orderingKey !== undefined) {
        this.#hold(source, orderingKey, "parked");
      }
    }
    this.#mailboxes.finish(slot);
  }

  #hold(source: string, orderingKey: string, kind: HoldKind | undefined): void {
    const mailbox = mailboxNumber(source, orderingKey, 0);
    const key = formatMailboxKey({ source, orderingKey });
    if (kind === undefined) this.#holds.delete(mailbox);
    else this.#holds.set(mailbox, { key, source, orderingKey, state: kind, waiting: 0 });
    this.#mailboxes.hold(mailbox, kind);
  }
}

function isOpen(record: EventRecord): boolean {
  return record.state !== "completed" && record.state !== "dead";
}

function closedError(): HookdError {
  return new HookdError("ERR_STORE_CLOSED", "Cannot write: the store is closed");
}
