/**
 * The operator's view of the journal: listing, replay, revival and holds. Off the path; reads blocks of the
 * journal from the newest back and keeps nothing.
 */
import type { EventRecord, HoldKind, MailboxView, NewEvent, StoredEvent } from "../../model.ts";
import type { Appended, Archive, EventFilter, Page } from "../../ports.ts";
import { checkCursor, matchesEvent, matchesFilter } from "../event-filter.ts";
import { compareMoments, momentOf } from "../event-id.ts";
import { mailboxNumber } from "../hash.ts";
import { formatMailboxKey, parseMailboxKey } from "../mailbox-key.ts";
import { readChain, toRecord } from "./chain.ts";
import type { JournalCore } from "./journal-core.ts";
import { locateEvent, readBlockFrames } from "./locate-event.ts";
import { NOWHERE } from "./position.ts";
import { decodeEntry, decodeEvent, encodeHold, encodeStep, type StepEntry } from "./records.ts";

/** One step of a walk through the events: a match, or the end of what one page may read. */
type Step = { kind: "event"; id: string } | { kind: "stop"; before: string };

/** One listing reads no more than this many blocks (64 KB each); the page is then short and has a next. */
const BLOCKS_MAX = 256;

export class JournalArchive implements Archive {
  readonly #core: JournalCore;
  readonly #append: (events: readonly NewEvent[]) => Promise<Appended[]>;

  constructor(core: JournalCore, append: (events: readonly NewEvent[]) => Promise<Appended[]>) {
    this.#core = core;
    this.#append = append;
  }

  async list(filter: EventFilter): Promise<Page<EventRecord>> {
    checkCursor(filter);
    const unsettled = filter.state === "available" || filter.state === "running" || filter.state === "retryable";
    const walk = unsettled ? this.#waitingNewestFirst(filter) : this.#newestFirst(filter);
    return await this.#core.read(() => this.#collect(walk, filter));
  }

  async replay(eventId: string): Promise<StoredEvent | undefined> {
    const { state, clock } = this.#core;
    const last = await this.#core.read(() => locateEvent(state, eventId));
    const chain = last && await this.#core.read(() => readChain(state.segments, last));
    if (!chain) return undefined;
    // The sender's count of attempts belongs to its own request, not to a replay.
    const { id, firstAttempt: _, ...event } = chain.event;
    const [appended] = await this.#append([{ ...event, receivedAt: clock.now(), replayOf: id }]);
    return appended?.kind === "stored" ? appended.event : undefined;
  }

  revive(eventId: string): Promise<boolean> {
    const { state, clock } = this.#core;
    return this.#core.exclusively(async () => {
      const place = state.dead.get(eventId);
      const chain = place && await this.#core.read(() => readChain(state.segments, place.last));
      if (place === undefined || chain === undefined) return false;
      const entry: StepEntry = {
        kind: "revive",
        id: eventId,
        hash: place.hash,
        event: chain.position,
        previous: place.last,
        at: clock.now(),
        charged: 0,
        generation: toRecord(chain, false).generation + 1,
        mailbox: mailboxNumber(chain.event.source, chain.event.orderingKey, state.seed),
        dead: false,
        freed: false,
      };
      await this.#core.commit([encodeStep(entry)], () => {
        this.#core.firstSeen.changed(chain.event, () => ({ state: "available", event: chain.event }));
        this.#core.claims.wake();
      });
      return true;
    });
  }

  forget(eventId: string): void {
    this.#core.state.dead.delete(eventId);
  }

  dead(): Iterable<string> {
    return this.#core.state.dead.keys();
  }

  async mailboxes(limit: number): Promise<MailboxView[]> {
    const { state } = this.#core;
    const views: MailboxView[] = [];
    for (const { mailbox, head, state: name, waiting } of state.mailboxes.views()) {
      if (views.length === limit) break;
      const key = state.holds.get(mailbox)?.entry ?? (head === undefined ? undefined : await this.#eventOf(head));
      if (key?.orderingKey === undefined) continue;
      const { source, orderingKey } = key;
      views.push({ key: formatMailboxKey({ source, orderingKey }), source, orderingKey, state: name, waiting });
    }
    return views;
  }

  async hold(mailboxKey: string, kind: HoldKind | undefined): Promise<boolean> {
    const key = parseMailboxKey(mailboxKey);
    if (key === undefined) return false;
    const frame = encodeHold({ ...key, hold: kind });
    // Not while compaction writes holds anew: its older word would come after this one.
    await this.#core.exclusively(() => this.#core.commit([frame], () => this.#core.claims.wake()));
    return true;
  }

  async #collect(walk: AsyncIterable<Step>, filter: EventFilter): Promise<Page<EventRecord>> {
    const items: EventRecord[] = [];
    for await (const step of walk) {
      if (step.kind === "stop") return { items, next: step.before };
      if (items.length === filter.limit) return { items, next: items.at(-1)!.event.id };
      const record = await this.#record(step.id);
      if (record !== undefined && matchesFilter(record, filter)) items.push(record);
    }
    return { items };
  }

  async #record(eventId: string): Promise<EventRecord | undefined> {
    const { state } = this.#core;
    const last = await locateEvent(state, eventId);
    const chain = last === undefined ? undefined : await readChain(state.segments, last);
    return chain && toRecord(chain, this.#core.isRunning(chain.position));
  }

  /** Matching events, block by block. */
  async *#newestFirst(filter: EventFilter): AsyncGenerator<Step> {
    const { state } = this.#core;
    const isBefore = beforeCursor(filter);
    let oldest = filter.cursor;
    let block = filter.cursor === undefined ? state.blocks.newest : state.blocks.blockOf(momentOf(filter.cursor));
    for (let read = 0; block >= 0; read++) {
      if (read >= BLOCKS_MAX && oldest !== undefined) yield { kind: "stop", before: oldest };
      const { start } = state.blocks.block(block);
      const frames = await readBlockFrames(state, block);
      for (const { frame } of frames.reverse()) {
        const entry = decodeEntry(frame);
        // An event that compaction moved has lost its place in time; it is listed while it waits.
        if (entry?.kind !== "event" || entry.from !== NOWHERE || !isBefore(entry.id)) continue;
        oldest = entry.id;
        if (matchesEvent(decodeEvent(frame).event, filter)) yield { kind: "event", id: entry.id };
      }
      block = state.blocks.blockBefore(start);
    }
  }

  /** Matching unsettled events, from the table: a backlog need not be searched for on disk. */
  async *#waitingNewestFirst(filter: EventFilter): AsyncGenerator<Step> {
    const isBefore = beforeCursor(filter);
    for (const slot of this.#core.state.waiting.newestFirst()) {
      const event = await this.#eventOf(slot);
      if (event !== undefined && isBefore(event.id) && matchesEvent(event, filter)) {
        yield { kind: "event", id: event.id };
      }
    }
  }

  async #eventOf(slot: number): Promise<StoredEvent | undefined> {
    const { waiting, segments } = this.#core.state;
    const frame = await this.#core.read(() =>
      segments.readFrame(waiting.event[slot]!, waiting.frameBytes[slot]! || undefined)
    );
    return frame && decodeEvent(frame).event;
  }
}

function beforeCursor(filter: EventFilter): (eventId: string) => boolean {
  if (filter.cursor === undefined) return () => true;
  const cursor = momentOf(filter.cursor);
  return (eventId) => compareMoments(momentOf(eventId), cursor) < 0;
}
