/**
 * Goes through sealed segments behind the daemon's back, slowly: writes the summaries that are missing, so that the next
 * start is short, and looks for damage in what this start took from a summary. Promise: damage in a segment is reported
 * with its byte range and its file kept aside, as at start, if only later; nobody waits for any of this.
 */
import type { Buffer } from "node:buffer";
import { HookdError } from "../../errors.ts";
import type { Clock, Emit } from "../../ports.ts";
import type { Disk, DiskFile } from "./disk.ts";
import { withFile } from "./find-segments.ts";
import { SEGMENT_HEADER_BYTES } from "./frame.ts";
import { describeHole, type Hole, scanPlaces } from "./scan.ts";
import { SummaryWriter } from "./segment-summary.ts";
import type { Segment, Segments } from "./segments.ts";
import { listSummaries, removeSummary, saveSummary } from "./summary-file.ts";

/** After a start, or after a segment was sealed: there may be more urgent work. */
const START_AFTER_MS = 1000;
/** Before each read of a megabyte, which then takes about half a millisecond of the main thread. */
const PAUSE_MS = 20;

export interface SweepNeeds {
  disk: Disk;
  segments: Segments;
  seed: number;
  clock: Clock;
  emit: Emit;
  /** What is known to be damaged; what is found is added. */
  damage: string[];
  /** Segments that this start took from their summaries. */
  summarized: readonly number[];
}

export class SegmentSweep {
  readonly #needs: SweepNeeds;
  readonly #place;
  readonly #unsummarized: number[];
  readonly #unverified: number[];
  #working: Promise<void> | undefined;
  #endPause: () => void = () => {};
  #closed = false;

  /** Takes up what is sealed already, and from then on what will be. */
  constructor(needs: SweepNeeds) {
    this.#needs = needs;
    this.#place = { disk: needs.disk, folder: needs.segments.folder };
    const summarized = new Set(needs.summarized);
    const numbers = needs.segments.list.slice(0, -1).map(({ number }) => number);
    this.#unsummarized = numbers.filter((number) => !summarized.has(number));
    this.#unverified = numbers.filter((number) => summarized.has(number));
    needs.segments.onSealed = ({ number }) => {
      this.#unsummarized.push(number);
      this.#working ??= this.#work();
    };
    this.#working = this.#work();
  }

  /** Touches no file any more once it resolves. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#endPause();
    await this.#working;
  }

  async #work(): Promise<void> {
    await this.#pause(START_AFTER_MS);
    await this.#removeStrays().catch(() => {});
    while (!this.#closed) {
      const unsummarized = this.#unsummarized.shift();
      const number = unsummarized ?? this.#unverified.shift();
      if (number === undefined) break;
      // Nothing here is needed: a disk that refuses says so to whoever needs the record itself.
      await this.#goThrough(number, unsummarized !== undefined).catch(() => {});
    }
    this.#working = undefined;
  }

  /** Summaries of segments that are gone. */
  async #removeStrays(): Promise<void> {
    for (const number of this.#closed ? [] : await listSummaries(this.#place)) {
      if (this.#needs.segments.get(number) === undefined) await removeSummary(this.#place, number);
    }
  }

  async #goThrough(number: number, summarize: boolean): Promise<void> {
    const segment = this.#needs.segments.get(number);
    if (segment === undefined || segment.end <= SEGMENT_HEADER_BYTES || this.#isKnownDamaged(number)) return;
    const summary = new SummaryWriter();
    const range = { segment: number, from: SEGMENT_HEADER_BYTES, to: segment.end };
    const { holes } = await withFile(
      this.#place,
      number,
      (file) => scanPlaces(this.#slowly(file), range, (scanned) => summarize && summary.add(scanned)),
    );
    // Compaction may have taken it meanwhile.
    if (this.#closed || this.#needs.segments.get(number) === undefined) return;
    if (holes.length > 0) await this.#found(segment, holes);
    else if (summarize) await this.#save(segment, summary.finish({ ...segment, seed: this.#needs.seed }));
  }

  async #save({ number }: Segment, summary: Buffer | undefined): Promise<void> {
    if (summary !== undefined) await saveSummary(this.#place, number, summary);
  }

  /** Without its summary the next start reads the segment, and leaves out what cannot be read. */
  async #found({ number }: Segment, holes: readonly Hole[]): Promise<void> {
    const { damage, segments, emit } = this.#needs;
    const found = holes.map((hole) => describeHole(number, hole));
    damage.push(...found);
    const failure = new HookdError(
      "ERR_STORE_DAMAGED",
      `Cannot read all of the journal; kept aside: ${found.join("; ")}`,
    );
    emit({ kind: "store-failed", code: failure.code, message: failure.message, hint: failure.hint });
    await removeSummary(this.#place, number);
    await segments.keepAside(number);
  }

  #isKnownDamaged(number: number): boolean {
    const name = describeHole(number, { from: 0, to: 0 }).split(":")[0]!;
    return this.#needs.damage.some((each) => each.startsWith(name));
  }

  #slowly(file: DiskFile): DiskFile {
    return {
      writeDurably: (buffers, position) => file.writeDurably(buffers, position),
      size: () => file.size(),
      close: () => file.close(),
      read: async (buffer, position) => {
        await this.#pause(PAUSE_MS);
        if (this.#closed) throw new Error("the journal is closed");
        return await file.read(buffer, position);
      },
    };
  }

  #pause(ms: number): Promise<void> {
    if (this.#closed) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#needs.clock.after(ms, resolve);
      this.#endPause = () => {
        cancel();
        resolve();
      };
    });
  }
}
