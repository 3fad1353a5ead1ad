/**
 * Group commit: while one write and fdatasync are under way, what arrives gathers, and the next commit covers
 * all of it. The only place that writes to segments. Promises: `onDurable` is called in order of `append`
 * and only when a power cut cannot lose the records; an fsync is never repeated.
 *
 * Crash stories. A failed write or fsync may have left any part of the batch on the medium, and a repeated fsync
 * would say OK without having written it (the kernel drops the dirty pages). So the segment ends for good at
 * its last good commit, and the header of the next one says where that was: the doubtful bytes are never read
 * again, not even after a restart, and the sender's second try is not stored twice. Until a new segment is
 * open, nothing is accepted.
 */
import type { Buffer } from "node:buffer";
import { performance } from "node:perf_hooks";
import { HookdError, messageOf, systemCode } from "../../errors.ts";
import type { UnixMs } from "../../model.ts";
import type { Clock, Emit } from "../../ports.ts";
import { type Entered, framesOf, refuse, takeBatch, tell } from "./commit-batch.ts";
import { type Disk, type DiskFile, segmentPath } from "./disk.ts";
import { FrameMemory } from "./frame-memory.ts";
import { encodeSegmentHeader, placeFrames, SEGMENT_HEADER_BYTES } from "./frame.ts";
import type { Position } from "./position.ts";
import type { Segment, Segments } from "./segments.ts";

/** After a failure, how long until a new segment is tried. */
const REOPEN_AFTER_MS = 1000;

export interface CommitLogNeeds {
  disk: Disk;
  segments: Segments;
  clock: Clock;
  emit: Emit;
  segmentBytes: number;
  /** Seed of the hashes in this journal, written into each header. */
  seed: number;
}

/** How the first segment of a run begins. */
export interface FirstSegment {
  /** Above all numbers that were used before. */
  number: number;
  /** Frames of the run before, which are written again together with the header. */
  carried: readonly Buffer[];
}

/** The segment that grows. `isOver`: the next write begins another one. */
interface Active {
  file: DiskFile;
  segment: Segment;
  begunAt: UnixMs;
  isOver: boolean;
}

export class CommitLog {
  readonly #needs: CommitLogNeeds;
  /** For frames that are appended at once and not read afterwards. */
  readonly memory = new FrameMemory();
  #active: Active | undefined;
  #pending: Entered[] = [];
  #committing: Promise<void> | undefined;
  #failure: HookdError | undefined;
  #cancelReopen: (() => void) | undefined;
  #reopening: Promise<void> | undefined;
  #nextNumber = 1;
  #removal: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(needs: CommitLogNeeds) {
    this.#needs = needs;
  }

  /** Why appends are refused just now; undefined when they are taken. */
  get failure(): HookdError | undefined {
    return this.#closed ? new HookdError("ERR_STORE_CLOSED", "Cannot write: the store is closed") : this.#failure;
  }

  /** Begins the first segment of this run. */
  async open(first: FirstSegment, onDurable: (positions: Position[]) => void): Promise<void> {
    this.#nextNumber = first.number;
    const positions = await this.#openSegment(first.carried);
    onDurable(positions);
  }

  /** Resolves once `frames` are durable, in one commit; `onDurable` has then been called with their positions. */
  append(frames: readonly Buffer[], onDurable: (positions: Position[]) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.enqueue({ frames, onDurable: (positions) => resolve(onDurable(positions)), onFailed: reject });
    });
  }

  /** The same without a promise, for the path of every event. Nobody is told before it has returned. */
  enqueue(entered: Entered): void {
    const { failure: error, memory } = this;
    if (error !== undefined) return queueMicrotask(() => refuse([entered], { memory, error }));
    this.#pending.push(entered);
    this.#committing ??= this.#commitAll();
  }

  /**
   * Ends the segment that grows if it holds a record and was begun before `begunBefore`: on a quiet daemon it would
   * else never be full, and nothing in it could ever go.
   */
  async endSegment(begunBefore: UnixMs): Promise<void> {
    const active = this.#active;
    if (active === undefined || active.begunAt >= begunBefore || active.segment.end <= SEGMENT_HEADER_BYTES) return;
    active.isOver = true;
    await this.append([], () => {});
  }

  /** Commits what was appended, then refuses. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelReopen?.();
    // A segment that is just being made must not outlive the lock of the folder.
    await Promise.all([this.#committing, this.#reopening]);
    await this.#active?.file.close();
    this.#active = undefined;
  }

  async #commitAll(): Promise<void> {
    // One turn of the loop later: requests that arrived together share the first commit too.
    await new Promise((resolve) => setImmediate(resolve));
    let tellLast = () => {};
    while (this.#pending.length > 0) {
      const committing = this.#commit(takeBatch(this.#pending));
      // Only now: the disk is at work on the next commit while the senders of the last one are answered.
      tellLast();
      tellLast = await committing;
      if (this.#pending.length > 0) continue;
      tellLast();
      tellLast = () => {};
    }
    this.#committing = undefined;
  }

  /** Resolves, once the batch is on the medium or has failed, to the telling of it. */
  async #commit(batch: Entered[]): Promise<() => void> {
    const { emit } = this.#needs;
    const startedAt = performance.now();
    const frames = framesOf(batch);
    try {
      const positions = await this.#write(frames);
      this.memory.release(frames);
      const seconds = (performance.now() - startedAt) / 1000;
      return () => {
        tell(batch, positions);
        emit({ kind: "store-commit", seconds, records: frames.length });
      };
    } catch (cause) {
      this.#fail(cause, [...batch, ...this.#pending.splice(0)]);
      return () => {};
    }
  }

  async #write(frames: readonly Buffer[]): Promise<Position[]> {
    const { file, segment } = this.#isWritable(this.#active) ? this.#active : await this.#nextSegment();
    if (frames.length === 0) return [];
    const { positions, bytes } = placeFrames(frames, { segment: segment.number, commit: segment.end });
    await file.writeDurably(frames, segment.end);
    segment.end += bytes;
    return positions;
  }

  #isWritable(active: Active | undefined): active is Active {
    return active !== undefined && !active.isOver && active.segment.end < this.#needs.segmentBytes;
  }

  async #nextSegment(): Promise<Active> {
    const full = this.#active;
    this.#active = undefined;
    await full?.file.close();
    await this.#openSegment([]);
    return this.#active!;
  }

  /** Writes header and carried frames in one go and makes file and name durable. */
  async #openSegment(carried: readonly Buffer[]): Promise<Position[]> {
    const { disk, segments, seed, clock } = this.#needs;
    // Its number is used again: a late removal would take the new file.
    await this.#removal;
    const number = this.#nextNumber;
    const { number: previous, end: previousEnd } = segments.newest ?? { number: 0, end: 0 };
    const { positions, bytes } = placeFrames(carried, { segment: number, commit: SEGMENT_HEADER_BYTES });
    const header = encodeSegmentHeader({ segment: number, previous, previousEnd, seed, carried: bytes });
    const file = await this.#createFile(segmentPath(segments.folder, number));
    try {
      await file.writeDurably([header, ...carried], 0);
      await disk.syncFolder(segments.folder);
    } catch (error) {
      await file.close().catch(() => {});
      throw error;
    }
    const segment: Segment = { number, end: SEGMENT_HEADER_BYTES + bytes, newestAt: clock.now() };
    segments.add(segment);
    this.#nextNumber = number + 1;
    this.#active = { file, segment, begunAt: segment.newestAt, isOver: false };
    return positions;
  }

  /** A file of this name can only be left over from a try that failed before anything in it was acknowledged. */
  async #createFile(path: string): Promise<DiskFile> {
    try {
      return await this.#needs.disk.create(path);
    } catch (error) {
      if (systemCode(error) !== "EEXIST") throw error;
      await this.#needs.disk.remove(path);
      return await this.#needs.disk.create(path);
    }
  }

  #fail(cause: unknown, batch: Entered[]): void {
    const code = systemCode(cause) === "ENOSPC" ? "ERR_STORE_FULL" : "ERR_STORE_FAILED";
    const segment = this.#active?.segment ?? this.#needs.segments.newest;
    const what = segment === undefined ? "the first segment" : `segment ${segment.number} at byte ${segment.end}`;
    const error = new HookdError(code, `Cannot commit to ${what}: ${messageOf(cause)}`, { cause });
    this.#seal();
    this.#failure = error;
    this.#needs.emit({ kind: "store-failed", code, message: error.message, hint: error.hint });
    refuse(batch, { memory: this.memory, error });
    this.#reopenLater();
  }

  /** Never writes to the active segment again. One without a good record goes, or a full disk would fill up with them. */
  #seal(): void {
    if (this.#active === undefined) return;
    const { file, segment } = this.#active;
    this.#active = undefined;
    void file.close().catch(() => {});
    if (segment.end > SEGMENT_HEADER_BYTES) return;
    const { disk, segments } = this.#needs;
    segments.forgetNewest();
    this.#nextNumber = segment.number;
    this.#removal = disk.remove(segmentPath(segments.folder, segment.number)).catch(() => {});
  }

  #reopenLater(): void {
    if (this.#closed) return;
    this.#cancelReopen = this.#needs.clock.after(REOPEN_AFTER_MS, () => void (this.#reopening = this.#reopen()));
  }

  async #reopen(): Promise<void> {
    try {
      await this.#openSegment([]);
      this.#failure = undefined;
    } catch {
      // Still refused; the operator was told when it began, and `/readyz` says so all the while.
      this.#reopenLater();
    }
  }
}
