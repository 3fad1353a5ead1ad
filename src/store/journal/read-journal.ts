/**
 * Reads all segments at start, oldest first, and says what it found. It changes nothing, but that a damaged file
 * gets a second name under `damaged/`, so that compaction cannot take the evidence.
 *
 * The last commit of the last segment may be on the medium or only in the page cache: the daemon may have died
 * between write and fsync, or after an fsync that failed. It is given back as `carried` and written again into
 * a new segment, whose header ends this one before it; a last segment that holds nothing else is superseded
 * as a whole. So whatever a sender is told of those events is told of durable ones, and no doubtful byte counts.
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
  /** The highest segment number in use. */
  lastNumber: number;
  /** Segments that count no more once the carried frames are durable again: to be removed then. */
  superseded: number[];
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
  const reading: JournalReading = { carried: [], lastNumber: 0, superseded: [], damage: [], tornBytes: 0 };
  const chain = chainOf(await findSegments(needs, reading), reading);
  if (chain.length > 0) reader.onSeed(chain.find((each) => each.header !== undefined)?.header?.seed ?? 0);
  for (const [index, each] of chain.entries()) {
    const next = chain[index + 1];
    if (next === undefined) await readLast(needs, { each, reading, onFrame });
    else await readOlder(needs, { each, next, reading, onFrame });
  }
  return reading;
}

/** All segments with their headers; a last one whose first write is not whole is superseded. */
async function findSegments(needs: Needs, reading: JournalReading): Promise<Found[]> {
  const names = await needs.disk.list(needs.segments.folder);
  const numbers = names.map((name) => SEGMENT_NAME.exec(name)?.[1]).filter((digits) => digits !== undefined)
    .map(Number).sort((a, b) => a - b);
  const found: Found[] = [];
  for (const number of numbers) {
    found.push(await withFile(needs, number, (file) => readHeader(needs, { file, number })));
  }
  const last = found.at(-1);
  if (last === undefined) return found;
  reading.lastNumber = last.number;
  if (await withFile(needs, last.number, (file) => isWhole(file, last))) return found;
  reading.superseded.push(last.number);
  return found.slice(0, -1);
}

/** The segments that count, from the last one back along `previous`, oldest first. */
function chainOf(found: readonly Found[], reading: JournalReading): Found[] {
  const chain: Found[] = [];
  let wanted: number | undefined;
  for (const each of found.toReversed()) {
    if (wanted !== undefined && each.number > wanted) {
      reading.superseded.push(each.number);
      continue;
    }
    if (wanted !== undefined && each.number < wanted) reading.damage.push(`${nameOf(wanted)}: missing`);
    if (each.header === undefined) reading.damage.push(`${nameOf(each.number)}: header`);
    chain.unshift(each);
    wanted = each.header?.previous ?? each.number - 1;
  }
  return chain;
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
      if (reading.header.segment !== number) {
        throw formatError(path, `inside it says that it is segment ${reading.header.segment}`);
      }
      return { number, size, header: reading.header };
  }
}

/**
 * Whether the last segment's first write, its header with what was carried into it, is whole. If not, it was never
 * acknowledged, and what it carried still lies in the segment before it.
 */
async function isWhole(file: DiskFile, last: Found): Promise<boolean> {
  const carriedEnd = last.header === undefined ? last.size : SEGMENT_HEADER_BYTES + last.header.carried;
  if (last.header !== undefined && last.size !== carriedEnd) return last.size > carriedEnd;
  const range = { segment: last.number, from: SEGMENT_HEADER_BYTES, to: carriedEnd };
  const scan = await scanFrames(file, range, () => {});
  return last.header === undefined ? scan.end > SEGMENT_HEADER_BYTES : scan.holes.length === 0;
}

async function readOlder(
  needs: Needs,
  job: { each: Found; next: Found; reading: JournalReading; onFrame: OnFrame },
): Promise<void> {
  const { each: { number, size }, next, reading, onFrame } = job;
  const to = next.header?.previous === number ? Math.min(next.header.previousEnd, size) : size;
  const range = { segment: number, from: SEGMENT_HEADER_BYTES, to };
  needs.segments.add({ number, end: to, newestAt: 0 });
  const scan = await withFile(
    needs,
    number,
    (file) => scanFrames(file, range, (frame, offset) => onFrame(frame, positionOf(number, offset))),
  );
  await reportHoles(needs, { number, holes: scan.holes, reading });
}

/** As the others, but the frames of its last commit are held back to be carried. */
async function readLast(needs: Needs, job: { each: Found; reading: JournalReading; onFrame: OnFrame }): Promise<void> {
  const { each: { number, size, header }, reading, onFrame } = job;
  const range = { segment: number, from: SEGMENT_HEADER_BYTES, to: size };
  const segment = { number, end: size, newestAt: 0 };
  const holdsMore = header === undefined || size > SEGMENT_HEADER_BYTES + header.carried;
  if (holdsMore) needs.segments.add(segment);
  else reading.superseded.push(number);
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
  // Where that commit begins, not where its first intact frame does: a hole before that is as doubtful.
  segment.end = held.length > 0 ? commit : SEGMENT_HEADER_BYTES;
}

/** Holes from the last commit on are a torn end: nothing in it was acknowledged. Returns the others. */
function tellTorn(scan: Scan, reading: JournalReading): Hole[] {
  const torn = scan.holes.filter((hole) => hole.from >= scan.lastCommit);
  reading.tornBytes = torn.reduce((sum, hole) => sum + hole.to - hole.from, 0);
  return scan.holes.filter((hole) => hole.from < scan.lastCommit);
}

async function reportHoles(
  needs: Needs,
  job: { number: number; holes: Hole[]; reading: JournalReading },
): Promise<void> {
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
