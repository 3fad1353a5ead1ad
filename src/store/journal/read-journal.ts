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
import type { Disk } from "./disk.ts";
import { contentOf, contentsOf, findSegments, type Found, type SegmentPlace, withFile } from "./find-segments.ts";
import { FRAME_HEADER_BYTES, SEGMENT_HEADER_BYTES } from "./frame.ts";
import { positionOf } from "./position.ts";
import { placeOf, type RecordPlace } from "./read-entry.ts";
import { describeHole, type Hole, nameOf, type ScannedFrame, scanPlaces } from "./scan.ts";
import { readSummary } from "./segment-summary.ts";
import type { Segments } from "./segments.ts";
import { loadSummary } from "./summary-file.ts";

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
  /** Segments of which only the summaries were read. */
  summarized: number[];
}

/** The place and its bytes are valid only during the call. */
type OnRecord = (place: RecordPlace) => void;

interface Needs {
  disk: Disk;
  segments: Segments;
}

/** What is told while reading: the seed once, before the first record, then each record in order. */
export interface JournalReader {
  onSeed(seed: number): void;
  onRecord: OnRecord;
}

export async function readJournal(needs: Needs, reader: JournalReader): Promise<JournalReading> {
  const { onRecord } = reader;
  const place = { disk: needs.disk, folder: needs.segments.folder };
  const { chain, lastNumber, superseded, missing } = await findSegments(place);
  const damage = missing.map((number) => `${nameOf(number)}: missing`);
  const reading: JournalReading = { carried: [], lastNumber, superseded, damage, tornBytes: 0, summarized: [] };
  const seed = chain.find((each) => each.header !== undefined)?.header?.seed ?? 0;
  if (chain.length > 0) reader.onSeed(seed);
  // The next summary is read while the records of one are taken up.
  let ahead = summaryOf(place, { chain, index: 0, seed });
  for (const [index, each] of chain.entries()) {
    const next = chain[index + 1];
    const summary = await ahead;
    ahead = summaryOf(place, { chain, index: index + 1, seed });
    if (next === undefined) await readLast(needs, { place, each, reading, onRecord });
    else if (summary === undefined) await readOlder(needs, { place, each, next, reading, onRecord });
    else {
      needs.segments.add({ number: each.number, end: next.header!.previousEnd, newestAt: 0 });
      readSummary(summary, each.number, onRecord);
      reading.summarized.push(each.number);
    }
  }
  return reading;
}

/** The summary of a sealed segment about which there is no doubt. */
async function summaryOf(
  place: SegmentPlace,
  { chain, index, seed }: { chain: readonly Found[]; index: number; seed: number },
): Promise<Buffer | undefined> {
  const each = chain[index];
  const end = chain[index + 1]?.header;
  if (each === undefined || end?.previous !== each.number || !each.headerIsIntact || each.size < end.previousEnd) {
    return undefined;
  }
  return await loadSummary(place, { number: each.number, end: end.previousEnd, seed });
}

/** Up to where the next header says that it ends. Without that header, what was carried behind it is known by sight. */
async function readOlder(
  needs: Needs,
  job: { place: SegmentPlace; each: Found; next: Found; reading: JournalReading; onRecord: OnRecord },
): Promise<void> {
  const { place, each, next, reading, onRecord } = job;
  const { number, size } = each;
  const end = next.header?.previous === number ? next.header.previousEnd : size;
  const carried = next.header === undefined ? await contentsOf(place, next) : new Set<string>();
  const range = { segment: number, from: SEGMENT_HEADER_BYTES, to: Math.min(end, size) };
  needs.segments.add({ number, end: range.to, newestAt: 0 });
  const { holes } = await withFile(place, number, (file) =>
    scanPlaces(file, range, (scanned) => {
      if (carried.size === 0 || !carried.has(contentOf(scanned.frame))) onRecord(scannedIn(number, scanned));
    }));
  if (size < end) holes.push({ from: Math.max(size, SEGMENT_HEADER_BYTES), to: end });
  await reportHoles(needs, { each, holes, reading });
}

/** As the others, but the frames of its last commit are held back to be carried. */
async function readLast(
  needs: Needs,
  job: { place: SegmentPlace; each: Found; reading: JournalReading; onRecord: OnRecord },
): Promise<void> {
  const { place, each, reading, onRecord } = job;
  const { number, size, header } = each;
  const range = { segment: number, from: SEGMENT_HEADER_BYTES, to: size };
  const segment = { number, end: size, newestAt: 0 };
  const carriedEnd = SEGMENT_HEADER_BYTES + (header?.carried ?? 0);
  const holdsMore = header === undefined || size > carriedEnd;
  if (holdsMore) needs.segments.add(segment);
  else reading.superseded.push(number);
  let commit = -1;
  let held: { frame: Buffer; offset: number }[] = [];
  const scan = await withFile(place, number, (file) =>
    scanPlaces(file, range, (scanned) => {
      if (scanned.commit !== commit) {
        for (const each of held) onRecord(placeOf(each.frame, positionOf(number, each.offset)));
        commit = scanned.commit;
        held = [];
      }
      held.push({ frame: Buffer.from(scanned.frame), offset: scanned.offset });
    }));
  reading.carried = held.map(({ frame }) => frame);
  const tornFrom = Math.max(scan.lastCommit, carriedEnd);
  reading.tornBytes = scan.holes.filter(({ from }) => from >= tornFrom).reduce(
    (sum, { from, to }) => sum + to - from,
    0,
  );
  await reportHoles(needs, { each, holes: scan.holes.filter(({ from }) => from < tornFrom), reading });
  // Where that commit begins, not where its first intact frame does: a hole before that is as doubtful.
  segment.end = held.length > 0 ? commit : SEGMENT_HEADER_BYTES;
}

const place: RecordPlace = {
  bytes: Buffer.alloc(0),
  view: new DataView(new ArrayBuffer(0)),
  at: 0,
  frameBytes: 0,
  position: 0,
};

/** One object for all: none is made for each of millions. */
function scannedIn(segment: number, { bytes, view, at, length, offset }: ScannedFrame): RecordPlace {
  place.bytes = bytes;
  place.view = view;
  place.at = at + FRAME_HEADER_BYTES;
  place.frameBytes = length;
  place.position = positionOf(segment, offset);
  return place;
}

async function reportHoles(
  needs: Needs,
  job: { each: Found; holes: readonly Hole[]; reading: JournalReading },
): Promise<void> {
  const { each: { number, headerIsIntact }, holes, reading } = job;
  const all = headerIsIntact ? holes : [{ from: 0, to: SEGMENT_HEADER_BYTES }, ...holes];
  if (all.length === 0) return;
  for (const hole of all) reading.damage.push(describeHole(number, hole));
  await needs.segments.keepAside(number);
}
