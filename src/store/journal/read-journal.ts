/**
 * Reads all segments at start, oldest first, and says what it found. It changes nothing but two things: a last
 * segment that was never in use (no acknowledged record can be in it) is removed, and a damaged file gets
 * a second name under `damaged/`, so that compaction cannot take the evidence.
 *
 * The last commit of the last segment may be on the medium or only in the page cache: the daemon may have died
 * between write and fsync. It is given back as `carried` and written again into the next segment, whose
 * header ends this one before it. So whatever a sender is told of those events is told of durable ones.
 */
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { HookdError, systemCode } from "../../errors.ts";
import { type Disk, type DiskFile, readRange, segmentPath } from "./disk.ts";
import { decodeSegmentHeader, frameCommit, SEGMENT_HEADER_BYTES, type SegmentHeader } from "./frame.ts";
import { type Position, positionOf } from "./position.ts";
import { type Hole, type Scan, scanFrames } from "./scan.ts";
import type { Segments } from "./segments.ts";

export interface JournalReading {
  /** Frames of the last commit; valid for good. */
  carried: Buffer[];
  /** File names with byte ranges that hold no intact record and were not a torn end. */
  damage: string[];
  /** Bytes of a torn end that were left behind. */
  tornBytes: number;
}

type OnFrame = (frame: Buffer, position: Position) => void;

interface Found {
  number: number;
  size: number;
  /** Undefined when it is damaged; the frames may be intact all the same. */
  header: SegmentHeader | undefined;
}

interface Needs {
  disk: Disk;
  segments: Segments;
}

const SEGMENT_NAME = /^(\d{8})\.seg$/;

/** What is told while reading: the seed once, before the first frame, then each frame in order. */
export interface JournalReader {
  onSeed(seed: number): void;
  /** The bytes are valid only during the call. */
  onFrame: OnFrame;
}

export async function readJournal(needs: Needs, reader: JournalReader): Promise<JournalReading> {
  const { onFrame } = reader;
  const reading: JournalReading = { carried: [], damage: [], tornBytes: 0 };
  const found = await findSegments(needs);
  if (found.length > 0) reader.onSeed(found.find((each) => each.header !== undefined)?.header?.seed ?? 0);
  reportGaps(found, reading);
  for (const [index, each] of found.entries()) {
    const next = found[index + 1];
    if (next === undefined) await readLast(needs, { each, reading, onFrame });
    else await readOlder(needs, { each, next, reading, onFrame });
  }
  return reading;
}

/** All segments with their headers, without a last one that was never in use. */
async function findSegments(needs: Needs): Promise<Found[]> {
  const names = await needs.disk.list(needs.segments.folder);
  const numbers = names.map((name) => SEGMENT_NAME.exec(name)?.[1]).filter((digits) => digits !== undefined)
    .map(Number).sort((a, b) => a - b);
  const found: Found[] = [];
  for (const number of numbers) found.push(await withFile(needs, number, (file) => readHeader(needs, { file, number })));
  const last = found.at(-1);
  if (last === undefined || (await withFile(needs, last.number, (file) => isInUse(file, last)))) return found;
  await needs.disk.remove(segmentPath(needs.segments.folder, last.number));
  await needs.disk.syncFolder(needs.segments.folder);
  return found.slice(0, -1);
}

async function readHeader(needs: Needs, { file, number }: { file: DiskFile; number: number }): Promise<Found> {
  const path = segmentPath(needs.segments.folder, number);
  const size = await file.size();
  const reading = decodeSegmentHeader(await readRange(file, { offset: 0, length: SEGMENT_HEADER_BYTES }));
  switch (reading.kind) {
    case "newer":
      throw formatError(path, `its format version is ${reading.version}, which this hookd does not know`);
    case "foreign":
      throw formatError(path, "it is not a journal segment of hookd");
    case "broken":
      return { number, size, header: undefined };
    case "ok":
      if (reading.header.segment !== number) throw formatError(path, `inside it says that it is segment ${reading.header.segment}`);
      return { number, size, header: reading.header };
  }
}

/**
 * Whether the last segment was ever in use. Its first write holds header and carried frames; while there is no
 * more, nothing was acknowledged from it and what it carried still lies in the segment before it. It may be
 * whole to read and yet only in the page cache, after an fsync that failed: dropping it is always right.
 */
async function isInUse(file: DiskFile, last: Found): Promise<boolean> {
  if (last.header !== undefined) return last.size > SEGMENT_HEADER_BYTES + last.header.carried;
  const range = { segment: last.number, from: SEGMENT_HEADER_BYTES, to: last.size };
  return (await scanFrames(file, range, () => {})).end > SEGMENT_HEADER_BYTES;
}

function reportGaps(found: readonly Found[], reading: JournalReading): void {
  for (const [index, each] of found.entries()) {
    const before = found[index - 1]?.number ?? each.number - 1;
    for (let missing = before + 1; missing < each.number; missing++) reading.damage.push(`${nameOf(missing)}: missing`);
    if (each.header === undefined) reading.damage.push(`${nameOf(each.number)}: header`);
  }
}

async function readOlder(
  needs: Needs,
  job: { each: Found; next: Found; reading: JournalReading; onFrame: OnFrame },
): Promise<void> {
  const { each: { number, size }, next, reading, onFrame } = job;
  const endIsKnown = next.number === number + 1 && next.header !== undefined;
  const to = endIsKnown ? Math.min(next.header!.previousEnd, size) : size;
  const range = { segment: number, from: SEGMENT_HEADER_BYTES, to };
  needs.segments.add({ number, end: to, newestAt: 0 });
  const scan = await withFile(needs, number, (file) =>
    scanFrames(file, range, (frame, offset) => onFrame(frame, positionOf(number, offset))));
  await reportHoles(needs, { number, holes: scan.holes, reading });
}

/** As the others, but the frames of its last commit are held back to be carried. */
async function readLast(needs: Needs, job: { each: Found; reading: JournalReading; onFrame: OnFrame }): Promise<void> {
  const { each: { number, size }, reading, onFrame } = job;
  const range = { segment: number, from: SEGMENT_HEADER_BYTES, to: size };
  const segment = { number, end: size, newestAt: 0 };
  needs.segments.add(segment);
  let commit = -1;
  let held: { frame: Buffer; offset: number }[] = [];
  const scan = await withFile(needs, number, (file) =>
    scanFrames(file, range, (frame, offset) => {
      if (frameCommit(frame) !== commit) {
        for (const each of held) onFrame(each.frame, positionOf(number, each.offset));
        commit = frameCommit(frame);
        held = [];
      }
      held.push({ frame: Buffer.from(frame), offset });
    }));
  reading.carried = held.map(({ frame }) => frame);
  await reportHoles(needs, { number, holes: tellTorn(scan, reading), reading });
  segment.end = held[0]?.offset ?? SEGMENT_HEADER_BYTES;
}

/** Holes from the last commit on are a torn end: nothing in it was acknowledged. Returns the others. */
function tellTorn(scan: Scan, reading: JournalReading): Hole[] {
  const torn = scan.holes.filter((hole) => hole.from >= scan.lastCommit);
  reading.tornBytes = torn.reduce((sum, hole) => sum + hole.to - hole.from, 0);
  return scan.holes.filter((hole) => hole.from < scan.lastCommit);
}

async function reportHoles(needs: Needs, job: { number: number; holes: Hole[]; reading: JournalReading }): Promise<void> {
  const { number, holes, reading } = job;
  if (holes.length === 0) return;
  for (const hole of holes) reading.damage.push(`${nameOf(number)}: bytes ${hole.from} to ${hole.to}`);
  const aside = join(needs.segments.folder, "damaged");
  await needs.disk.makeFolder(aside);
  try {
    await needs.disk.link(segmentPath(needs.segments.folder, number), segmentPath(aside, number));
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw error;
  }
}

async function withFile<T>(needs: Needs, number: number, use: (file: DiskFile) => Promise<T>): Promise<T> {
  const file = await needs.disk.open(segmentPath(needs.segments.folder, number));
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

function nameOf(number: number): string {
  return `${String(number).padStart(8, "0")}.seg`;
}

function formatError(path: string, found: string): HookdError {
  return new HookdError("ERR_STORE_FORMAT", `Cannot read "${path}": ${found}`);
}
