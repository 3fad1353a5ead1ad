/**
 * What the two faces of the journal (the store's port and the archive) share: state, log and lifetime, and
 * the one way in which a record gets from memory to disk to state.
 */
import type { Buffer } from "node:buffer";
import { HookdError, messageOf } from "../../errors.ts";
import type { Clock, Emit } from "../../ports.ts";
import type { Claims } from "../claims.ts";
import type { CommitLog } from "./commit-log.ts";
import type { FirstSeenLookup } from "./first-seen.ts";
import type { JournalState } from "./journal-state.ts";
import type { Position } from "./position.ts";
import { decodeEntry, type Entry } from "./records.ts";

/** A record on its way to the disk: what it says, and its bytes. */
export interface Made<Kind extends Entry = Entry> {
  entry: Kind;
  frame: Buffer;
}

export interface JournalParts {
  state: JournalState;
  log: CommitLog;
  claims: Claims;
  firstSeen: FirstSeenLookup;
  clock: Clock;
  emit: Emit;
  damage: readonly string[];
  /** Ends the daemon's hold on the directory. */
  unlock: () => Promise<void>;
}

export class JournalCore {
  readonly state: JournalState;
  readonly log: CommitLog;
  readonly claims: Claims;
  readonly firstSeen: FirstSeenLookup;
  readonly clock: Clock;
  readonly emit: Emit;
  readonly damage: readonly string[];
  readonly #unlock: () => Promise<void>;
  #cancelUpkeep: () => void = () => {};
  #closed = false;
  /** Compaction or a revival has the dead and waiting rows to itself. */
  #exclusive: Promise<unknown> = Promise.resolve();

  constructor(parts: JournalParts) {
    this.state = parts.state;
    this.log = parts.log;
    this.claims = parts.claims;
    this.firstSeen = parts.firstSeen;
    this.clock = parts.clock;
    this.emit = parts.emit;
    this.damage = parts.damage;
    this.#unlock = parts.unlock;
  }

  /**
   * Makes frames durable in one commit and applies them to the state, in the order of commits. `onDurable` runs in
   * the same turn, with the slot that each frame's event waits in (if it does).
   */
  commit(frames: readonly Buffer[], onDurable?: (slots: (number | undefined)[]) => void): Promise<void> {
    const records = frames.map((frame): Made => ({ frame, entry: decodeEntry(frame) as Entry }));
    return this.log.append(frames, (positions) => {
      const slots = records.map((record, index) => this.apply(record, positions[index]!));
      onDurable?.(slots);
    });
  }

  /** A record is durable at `position`. Returns the slot that its event waits in, if it does. */
  apply({ entry, frame }: Made, position: Position): number | undefined {
    return this.state.apply(entry, { position, frameBytes: frame.length });
  }

  /** Whether the event whose first record lies here is with a claimer. */
  isRunning(event: Position): boolean {
    const slot = this.state.slots.get(event);
    return slot !== undefined && this.state.mailboxes.isRunning(slot);
  }

  /** A read for somebody: the disk's failure becomes the store's. */
  async read<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      throw new HookdError("ERR_STORE_FAILED", `Cannot read the journal: ${messageOf(cause)}`, { cause });
    }
  }

  /** One at a time: work that must not see rows move, or moves them. */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#exclusive.then(work);
    this.#exclusive = result.catch(() => {});
    return result;
  }

  /** Repeats `work` every `everyMs` until the journal closes. */
  keepUp(everyMs: number, work: () => Promise<void>): void {
    const run = async () => {
      await this.exclusively(work).catch((error) => this.#upkeepFailed(error));
      if (!this.#closed) this.#cancelUpkeep = this.clock.after(everyMs, () => void run());
    };
    this.#cancelUpkeep = this.clock.after(everyMs, () => void run());
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelUpkeep();
    this.claims.close();
    await this.#exclusive;
    await this.log.close();
    this.state.segments.close();
    await this.#unlock();
  }

  /** The commit log tells of its own failures. */
  #upkeepFailed(error: unknown): void {
    if (error instanceof HookdError) return;
    const failure = new HookdError("ERR_STORE_FAILED", `Cannot compact the journal: ${messageOf(error)}`, {
      cause: error,
    });
    this.emit({ kind: "store-failed", code: failure.code, message: failure.message, hint: failure.hint });
  }
}
