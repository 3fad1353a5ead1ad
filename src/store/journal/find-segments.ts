/**
 * Which segments count, and in what order. The last one says in its header which was before it, and so on back;
 * numbers in between were superseded, and so is a last segment whose first write is not whole.
 */
import type { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { HookdError } from "../../errors.ts";
import { type Disk, type DiskFile, readRange, segmentPath } from "./disk.ts";
import { decodeSegmentHeader, FRAME_HEADER_BYTES, SEGMENT_HEADER_BYTES, type SegmentHeader } from "./frame.ts";
import { scanFrames } from "./scan.ts";

/** A segment file, as far as its header tells. */
export interface Found {
  number: number;
  size: number;
  /** Undefined when both its copies are damaged; the frames may be intact all the same. */
  header: SegmentHeader | undefined;
  headerIsIntact: boolean;
}

export interface FoundSegments {
  /** Those that count, oldest first. */
  chain: Found[];
  /** The highest segment number in use. */
  lastNumber: number;
  superseded: number[];
  missing: number[];
}

/** Where segment files lie. */
export interface SegmentPlace {
  disk: Disk;
  folder: string;
}

const SEGMENT_NAME = /^(\d{8})\.seg$/;

/** Rejects with ERR_STORE_FORMAT when a file is not a segment, or of a later format. */
export async function findSegments(place: SegmentPlace): Promise<FoundSegments> {
  const names = await place.disk.list(place.folder);
  const numbers = names.map((name) => SEGMENT_NAME.exec(name)?.[1]).filter((digits) => digits !== undefined)
    .map(Number).sort((a, b) => a - b);
  const found: Found[] = [];
  for (const number of numbers) found.push(await readHeader(place, number));
  const lastNumber = found.at(-1)?.number ?? 0;
  const torn: number[] = [];
  // Several, when the power went again before the first of them was removed.
  while (found.length > 0 && !(await isWhole(place, found))) torn.push(found.pop()!.number);
  const { chain, superseded, missing } = chainOf(found);
  return { chain, missing, superseded: [...superseded, ...torn], lastNumber };
}

/** From the last one back along `previous`. */
function chainOf(found: readonly Found[]): Omit<FoundSegments, "lastNumber"> {
  const chain: Found[] = [];
  const superseded: number[] = [];
  const missing: number[] = [];
  let wanted: number | undefined;
  for (const each of found.toReversed()) {
    if (wanted !== undefined && each.number > wanted) {
      superseded.push(each.number);
      continue;
    }
    if (wanted !== undefined && each.number < wanted) missing.push(wanted);
    chain.unshift(each);
    wanted = each.header?.previous ?? each.number - 1;
  }
  return { chain, superseded, missing };
}

async function readHeader(place: SegmentPlace, number: number): Promise<Found> {
  const path = segmentPath(place.folder, number);
  const { size, reading } = await withFile(place, number, async (file) => ({
    size: await file.size(),
    reading: decodeSegmentHeader(await readRange(file, { offset: 0, length: SEGMENT_HEADER_BYTES })),
  }));
  const damaged: Found = { number, size, header: undefined, headerIsIntact: false };
  switch (reading.kind) {
    case "newer":
      throw formatError(path, `its format version is ${reading.version}, which this hookd does not know`);
    case "foreign":
      if ((await contentsOf(place, damaged)).size > 0) return damaged;
      throw formatError(path, "it is not a journal segment of hookd");
    case "broken":
      return damaged;
    case "ok":
      if (reading.header.segment !== number) {
        throw formatError(path, `inside it says that it is segment ${reading.header.segment}`);
      }
      return { number, size, header: reading.header, headerIsIntact: reading.intact };
  }
}

/**
 * Whether the last segment's first write, its header with what was carried into it, was acknowledged. If the power
 * went before, the segment holds nothing that does not stand in an older one, too; a segment that was damaged since
 * may hold the only copy of what was carried.
 */
async function isWhole(place: SegmentPlace, found: readonly Found[]): Promise<boolean> {
  const last = found.at(-1)!;
  if (last.header !== undefined) {
    const carriedEnd = SEGMENT_HEADER_BYTES + last.header.carried;
    if (last.size > carriedEnd) return true;
    const range = { segment: last.number, from: SEGMENT_HEADER_BYTES, to: carriedEnd };
    const { holes } = await withFile(place, last.number, (file) => scanFrames(file, range, () => {}));
    if (last.size === carriedEnd && holes.length === 0) return true;
  }
  const own = await contentsOf(place, last);
  for (const older of found.slice(0, -1).reverse()) {
    if (own.size === 0) break;
    for (const content of await contentsOf(place, older)) own.delete(content);
  }
  return own.size > 0;
}

/** What the intact frames of a segment say, as digests: the same wherever a frame was written again. */
export async function contentsOf(place: SegmentPlace, { number, size }: Found): Promise<Set<string>> {
  const contents = new Set<string>();
  const range = { segment: number, from: SEGMENT_HEADER_BYTES, to: Math.max(size, SEGMENT_HEADER_BYTES) };
  await withFile(place, number, (file) => scanFrames(file, range, (frame) => contents.add(contentOf(frame))));
  return contents;
}

/** A digest of what a frame says. */
export function contentOf(frame: Buffer): string {
  return createHash("sha256").update(frame.subarray(FRAME_HEADER_BYTES)).digest("base64");
}

export async function withFile<T>(
  { disk, folder }: SegmentPlace,
  number: number,
  use: (file: DiskFile) => Promise<T>,
): Promise<T> {
  const file = await disk.open(segmentPath(folder, number));
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

function formatError(path: string, found: string): HookdError {
  return new HookdError("ERR_STORE_FORMAT", `Cannot read "${path}": ${found}`);
}
