/**
 * Reads the frames of a segment in order and tells holes from ends. A hole is a range in which no frame is
 * intact; reading goes on at the next intact frame behind it.
 */
import type { Buffer } from "node:buffer";
import type { DiskFile } from "./disk.ts";
import { COMMIT_AT } from "./frame.ts";
import { FrameWindow } from "./frame-window.ts";

export interface Hole {
  from: number;
  to: number;
}

/** As an operator is told of it. */
export function describeHole(segment: number, { from, to }: Hole): string {
  return `${nameOf(segment)}: bytes ${from} to ${to}`;
}

/** The name of a segment's file. */
export function nameOf(segment: number): string {
  return `${String(segment).padStart(8, "0")}.seg`;
}

export interface Scan {
  holes: Hole[];
  /** Where the last intact frame ends. */
  end: number;
  /** Offset at which the commit of the last intact frame begins. */
  lastCommit: number;
}

export interface ScanRange {
  segment: number;
  from: number;
  to: number;
}

/** Where an intact frame is in memory. One object for all frames of a scan: none is made for each of millions. */
export class ScannedFrame {
  bytes!: Buffer;
  /** Of the same bytes. */
  view!: DataView;
  /** Index in `bytes`. */
  at = 0;
  length = 0;
  /** In the segment. */
  offset = 0;

  get frame(): Buffer {
    return this.bytes.subarray(this.at, this.at + this.length);
  }

  /** The offset at which its commit begins. */
  get commit(): number {
    return this.view.getUint32(this.at + COMMIT_AT, true);
  }
}

/** Calls `onFrame` with each intact frame; the bytes are valid only during the call. */
export function scanFrames(
  file: DiskFile,
  range: ScanRange,
  onFrame: (frame: Buffer, offset: number) => void,
): Promise<Scan> {
  return scanPlaces(file, range, (scanned) => onFrame(scanned.frame, scanned.offset));
}

/** The same without an object for each frame. */
export async function scanPlaces(
  file: DiskFile,
  range: ScanRange,
  onFrame: (scanned: ScannedFrame) => void,
): Promise<Scan> {
  const window = new FrameWindow(file, range);
  try {
    return await scanWindow(window, range, onFrame);
  } finally {
    await window.end();
  }
}

async function scanWindow(
  window: FrameWindow,
  range: ScanRange,
  onFrame: (scanned: ScannedFrame) => void,
): Promise<Scan> {
  const scan: Scan = { holes: [], end: range.from, lastCommit: range.from };
  const scanned = new ScannedFrame();
  let offset = range.from;
  while (offset < range.to) {
    let length = window.intactAt(offset, range.segment);
    if (length === 0 && !window.isLoaded(offset)) {
      await window.load(offset);
      length = window.intactAt(offset, range.segment);
    }
    if (length === 0) {
      const next = await findFrame(window, { segment: range.segment, from: offset + 1, to: range.to });
      scan.holes.push({ from: offset, to: next ?? range.to });
      offset = next ?? range.to;
      continue;
    }
    scanned.bytes = window.bytes;
    scanned.view = window.view;
    scanned.at = offset - window.base;
    scanned.length = length;
    scanned.offset = offset;
    scan.lastCommit = scanned.commit;
    onFrame(scanned);
    offset += length;
    scan.end = offset;
  }
  return scan;
}

/** Offset of the next intact frame. */
async function findFrame(window: FrameWindow, range: ScanRange): Promise<number | undefined> {
  let from = range.from;
  while (from < range.to) {
    const at = await window.find(from);
    if (at === undefined) return undefined;
    if (!window.isLoaded(at)) await window.load(at);
    if (window.intactAt(at, range.segment) > 0) return at;
    from = at + 1;
  }
  return undefined;
}
