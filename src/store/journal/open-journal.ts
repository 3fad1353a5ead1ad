/**
 * From a folder to a running journal: lock, read, write again what was doubtful, take up the waiting events.
 */
import { randomInt } from "node:crypto";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { HookdError, messageOf } from "../../errors.ts";
import type { UnixMs } from "../../model.ts";
import type { Clock, Emit } from "../../ports.ts";
import { Claims } from "../claims.ts";
import { CommitLog } from "./commit-log.ts";
import { compact, type Retention } from "./compact.ts";
import { type Disk, realDisk, segmentPath } from "./disk.ts";
import { FirstSeenLookup } from "./first-seen.ts";
import { JournalCore } from "./journal-core.ts";
import { JournalState } from "./journal-state.ts";
import { lockFolder } from "./lock.ts";
import { EntryReader, placeOf, type RecordPlace } from "./read-entry.ts";
import { type JournalReading, readJournal } from "./read-journal.ts";
import { SegmentSweep } from "./segment-sweep.ts";
import { Segments } from "./segments.ts";

export interface JournalOptions {
  /** The data directory; segments lie in `journal/` below it. */
  folder: string;
  clock: Clock;
  emit: Emit;
  /** A segment is closed when it is at least this long, in bytes. */
  segmentBytes: number;
  /** Recent keys that are answered without a disk read. */
  cacheEntries: number;
  retention: Retention;
  /** How often old segments are looked for, in ms. */
  compactEveryMs?: number;
  disk?: Disk;
}

const COMPACT_EVERY_MS = 60_000;

export async function openJournalCore(options: JournalOptions): Promise<JournalCore> {
  const { clock, emit, disk = realDisk } = options;
  const startedAt = performance.now();
  const folder = join(options.folder, "journal");
  await makeFolder(disk, folder);
  const unlock = disk === realDisk ? await lockFolder(options.folder, clock) : () => Promise.resolve();
  try {
    const segments = new Segments(disk, folder);
    const { state, reading, dueAt } = await readState({ disk, segments, keepMs: options.retention.keepMs });
    const log = new CommitLog({ disk, segments, clock, emit, segmentBytes: options.segmentBytes, seed: state.seed });
    await openLog(log, { state, reading, dueAt });
    await removeSuperseded({ disk, folder, reading });
    state.recovered((slot) => dueAt.get(slot));
    const firstSeen = new FirstSeenLookup(state, options.cacheEntries);
    const claims = new Claims(state.mailboxes, clock);
    const { seed } = state;
    const { damage, summarized } = reading;
    const sweep = new SegmentSweep({ disk, segments, seed, clock, emit, damage, summarized });
    const end = () => sweep.close().then(unlock);
    const core = new JournalCore({ state, log, claims, firstSeen, clock, emit, damage, unlock: end });
    core.keepUp(options.compactEveryMs ?? COMPACT_EVERY_MS, async () => void (await compact(core, options.retention)));
    const seconds = (performance.now() - startedAt) / 1000;
    emit({
      kind: "store-recovered",
      events: state.keys.size,
      waiting: state.waiting.size,
      damage: [...damage],
      tornBytes: reading.tornBytes,
      seconds,
    });
    return core;
  } catch (error) {
    await unlock();
    throw error instanceof HookdError ? error : unreadable(folder, error);
  }
}

async function makeFolder(disk: Disk, folder: string): Promise<void> {
  try {
    await disk.makeFolder(folder);
    await disk.syncFolder(join(folder, ".."));
  } catch (error) {
    throw unreadable(folder, error);
  }
}

function unreadable(folder: string, cause: unknown): HookdError {
  return new HookdError("ERR_STORE_UNREADABLE", `Cannot open the journal in "${folder}": ${messageOf(cause)}`, {
    cause,
  });
}

/** Due times are needed only until the mailboxes know them. */
type DueTimes = Map<number, UnixMs>;

async function readState(
  needs: { disk: Disk; segments: Segments; keepMs: number },
): Promise<{ state: JournalState; reading: JournalReading; dueAt: DueTimes }> {
  const dueAt: DueTimes = new Map();
  let state: JournalState | undefined;
  const reading = await readJournal(needs, {
    onSeed: (seed) => state = new JournalState({ ...needs, seed }),
    onRecord: (place) => applyRecord(state!, place, dueAt),
  });
  return { state: state ?? new JournalState({ ...needs, seed: randomInt(2 ** 32) }), reading, dueAt };
}

async function openLog(
  log: CommitLog,
  recovery: { state: JournalState; reading: JournalReading; dueAt: DueTimes },
): Promise<void> {
  const { state, reading: { carried, lastNumber }, dueAt } = recovery;
  await log.open({ number: lastNumber + 1, carried }, (positions) => {
    for (const [index, frame] of carried.entries()) applyRecord(state, placeOf(frame, positions[index]!), dueAt);
  });
}

/** Only after the new segment is durable: until then, what they hold may be the only copy. */
async function removeSuperseded(at: { disk: Disk; folder: string; reading: JournalReading }): Promise<void> {
  const { disk, folder, reading: { superseded } } = at;
  for (const number of superseded) await disk.remove(segmentPath(folder, number));
  if (superseded.length > 0) await disk.syncFolder(folder);
}

const reader = new EntryReader();
const written = { position: 0, frameBytes: 0 };

function applyRecord(state: JournalState, place: RecordPlace, dueAt: DueTimes): void {
  const entry = reader.read(place);
  if (entry === undefined) return;
  if (entry.kind === "event") state.sawId(entry.idMs, entry.idCounter);
  written.position = place.position;
  written.frameBytes = place.frameBytes;
  const slot = state.apply(entry, written);
  if (slot === undefined) return;
  const due = entry.kind === "attempt" ? entry.at : entry.kind === "event" ? entry.dueAt : 0;
  if (due > 0) dueAt.set(slot, due);
  else if (dueAt.size > 0) dueAt.delete(slot);
}
