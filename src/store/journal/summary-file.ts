/** The files of summaries: `00000001.sum` beside `00000001.seg`. Whatever is wrong with one, there is then none. */
import type { Buffer } from "node:buffer";
import { join } from "node:path";
import { systemCode } from "../../errors.ts";
import { readRange } from "./disk.ts";
import { type SegmentPlace, withFile } from "./find-segments.ts";
import { FRAME_HEADER_BYTES } from "./frame.ts";
import { checkSummary, type SummarizedSegment, SUMMARY_BYTES_MAX } from "./segment-summary.ts";

const SUMMARY_NAME = /^(\d{8})\.sum$/;

function summaryPath(folder: string, number: number): string {
  return join(folder, `${String(number).padStart(8, "0")}.sum`);
}

/** The bytes of the summary, if there is one and it is of this very segment. */
export async function loadSummary(place: SegmentPlace, segment: SummarizedSegment): Promise<Buffer | undefined> {
  try {
    const bytes = await readFile(place, segment.number);
    const last = bytes && checkSummary(bytes, segment);
    if (bytes === undefined || last === undefined) return undefined;
    const range = { offset: last.offset, length: FRAME_HEADER_BYTES };
    const there = await withFile(place, segment.number, (file) => readRange(file, range));
    return there.equals(last.header) ? bytes : undefined;
  } catch {
    return undefined;
  }
}

async function readFile({ disk, folder }: SegmentPlace, number: number): Promise<Buffer | undefined> {
  const file = await disk.open(summaryPath(folder, number));
  try {
    const length = await file.size();
    return length > SUMMARY_BYTES_MAX ? undefined : await readRange(file, { offset: 0, length });
  } finally {
    await file.close();
  }
}

/** In place of one that is there. Its name need not survive a power cut. */
export async function saveSummary(place: SegmentPlace, number: number, bytes: Buffer): Promise<void> {
  await removeSummary(place, number);
  const file = await place.disk.create(summaryPath(place.folder, number));
  try {
    await file.writeDurably([bytes], 0);
  } finally {
    await file.close();
  }
}

export async function removeSummary({ disk, folder }: SegmentPlace, number: number): Promise<void> {
  try {
    await disk.remove(summaryPath(folder, number));
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
  }
}

/** Numbers of the summaries that are there. */
export async function listSummaries({ disk, folder }: SegmentPlace): Promise<number[]> {
  const names = await disk.list(folder);
  return names.map((name) => SUMMARY_NAME.exec(name)?.[1]).filter((digits) => digits !== undefined).map(Number);
}
