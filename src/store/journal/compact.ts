/**
 * Lets old segments go, oldest first. A segment goes when everything in it is older than retention and window;
 * what must outlive it (unsettled events, dead events that can be revived, holds) is written again at the end
 * of the journal first. The segment that grows is ended in time, so that its turn comes on a quiet daemon too.
 *
 * Crash stories. Dying between the copy and the removal: both are read at start, and the copy, which names where
 * it came from, takes the place of the original. While copies are made no delivery can be claimed, so that no
 * outcome can name a record that was just replaced; a segment with a running delivery waits for the next round.
 */
import type { Buffer } from "node:buffer";
import { idHash } from "../hash.ts";
import { readChain, toRecord } from "./chain.ts";
import type { JournalCore } from "./journal-core.ts";
import { type Position, segmentOf } from "./position.ts";
import { encodeEvent, encodeHold, type EventEntry } from "./records.ts";
import type { Segment } from "./segments.ts";
import { inSlices } from "./slices.ts";

export interface Retention {
  /** How long (ms) anything must stay after its receipt or settlement. */
  keepMs: number;
  /** How long (ms) dead events stay revivable; Infinity for ever. */
  deadMs: number;
}

/** A segment grows no longer than this share of `keepMs`: so much longer than need be its oldest event may stay. */
const SEGMENT_SHARE = 1 / 8;
/** A commit of copies is closed when it is at least this long, in bytes: encoding 4 MB of small ones took 50 ms. */
const COPY_BYTES = 256 * 1024;

/** Removes what may go. Resolves to the number of segments removed. */
export async function compact(core: JournalCore, retention: Retention): Promise<number> {
  const { state, log, clock } = core;
  const { list } = state.segments;
  await state.dropExpiredKeys(clock.now());
  await log.endSegment(clock.now() - retention.keepMs * SEGMENT_SHARE);
  const mayGo = (segment: Segment) => segment.newestAt + retention.keepMs < clock.now();
  const stays = list.findIndex((segment, index) => index === list.length - 1 || !mayGo(segment));
  const due = list.slice(0, Math.max(stays, 0));
  if (due.length === 0) return 0;
  const touching = await findTouching(core, due);
  let removed = 0;
  for (const segment of due) {
    // Something in it was settled meanwhile: then it is of interest again, and may hold what was not found.
    if (!mayGo(segment)) break;
    const resume = core.claims.pause();
    try {
      if (!(await moveStragglers(core, { segment, touching: touching.get(segment.number)!, retention }))) break;
    } finally {
      resume();
    }
    state.blocks.dropSegment(segment.number);
    await state.segments.removeOldest();
    removed += 1;
  }
  return removed;
}

/** An event that must outlive its segment: it waits in `slot`, or it is dead. */
interface Straggler {
  event: Position;
  last: Position;
  slot: number | undefined;
}

const NONE: readonly Touching[] = [];

/** What may have to outlive a segment, as it was when it was looked for. */
interface Touching {
  slots: number[];
  /** Ids of dead events. */
  dead: string[];
}

/**
 * One walk through all that waits and is dead for all segments that are due, in slices: one for each segment was one
 * after the other through millions. Until a segment's turn comes its deliveries may be settled and their slots be used
 * again; but nothing that is new can come to lie in it.
 */
async function findTouching({ state }: JournalCore, due: readonly Segment[]): Promise<Map<number, Touching>> {
  const { waiting } = state;
  const touching = new Map(due.map(({ number }): [number, Touching] => [number, { slots: [], dead: [] }]));
  const newest = due.at(-1)!.number;
  const holding = (event: Position, last: Position): readonly Touching[] => {
    // Later records of an event lie behind its first one.
    if (segmentOf(event) > newest) return NONE;
    const [first, second] = [touching.get(segmentOf(event)), touching.get(segmentOf(last))];
    return [first, second === first ? undefined : second].filter((each) => each !== undefined);
  };
  await inSlices(waiting.slots(), (slot) => {
    for (const { slots } of holding(waiting.event[slot]!, waiting.last[slot]!)) slots.push(slot);
  });
  await inSlices(state.dead, ([id, { event, last }]) => {
    for (const { dead } of holding(event, last)) dead.push(id);
  });
  return touching;
}

/** Copies what must outlive the segment. False if something in it runs just now. */
async function moveStragglers(
  core: JournalCore,
  job: { segment: Segment; touching: Touching; retention: Retention },
): Promise<boolean> {
  const { state } = core;
  const { segment, touching } = job;
  const stragglers: Straggler[] = [];
  for (const slot of touching.slots) {
    const straggler = { event: state.waiting.event[slot]!, last: state.waiting.last[slot]!, slot };
    if (!touches(segment, straggler)) continue;
    if (state.mailboxes.isRunning(slot)) return false;
    stragglers.push(straggler);
  }
  for (const id of touching.dead) {
    const place = state.dead.get(id);
    if (place === undefined || !touches(segment, place)) continue;
    if (await isExpired(core, { ...place, deadMs: job.retention.deadMs })) state.dead.delete(id);
    else stragglers.push({ ...place, slot: undefined });
  }
  await copy(core, { segment, stragglers });
  const holds = [...state.holds.values()].filter(({ position }) => segmentOf(position) === segment.number);
  if (holds.length > 0) await core.commit(holds.map(({ entry }) => encodeHold(entry)));
  return true;
}

function touches(segment: Segment, { event, last }: { event: Position; last: Position }): boolean {
  return segmentOf(event) === segment.number || segmentOf(last) === segment.number;
}

async function isExpired(core: JournalCore, { last, deadMs }: { last: Position; deadMs: number }): Promise<boolean> {
  if (deadMs === Infinity) return false;
  const chain = await readChain(core.state.segments, last);
  return chain !== undefined && (toRecord(chain, false).settledAt ?? 0) + deadMs < core.clock.now();
}

/** A segment with an event that cannot be read any more is kept aside: it may be the only trace of it. */
async function copy(core: JournalCore, job: { segment: Segment; stragglers: readonly Straggler[] }): Promise<void> {
  let frames: Buffer[] = [];
  let bytes = 0;
  for (const straggler of job.stragglers) {
    const frame = await copyOf(core, straggler);
    if (frame === undefined) {
      await core.state.segments.keepAside(job.segment.number);
      continue;
    }
    frames.push(frame);
    bytes += frame.length;
    if (bytes < COPY_BYTES) continue;
    await core.commit(frames);
    frames = [];
    bytes = 0;
  }
  if (frames.length > 0) await core.commit(frames);
}

async function copyOf({ state }: JournalCore, { event, last, slot }: Straggler): Promise<Buffer | undefined> {
  // Where the last record is damaged the event may be whole: then its history is lost, and not the event.
  const chain = (await readChain(state.segments, last)) ?? (await readChain(state.segments, event));
  if (chain === undefined) return undefined;
  const { attempts, settledAt, failure, nextAttemptAt, generation } = toRecord(chain, false);
  const entry: EventEntry = {
    ...chain.entry,
    hash: idHash(chain.event.id, state.seed),
    charged: slot === undefined
      ? chain.steps.at(-1)?.entry.charged ?? chain.entry.charged
      : state.waiting.charged[slot]!,
    generation: slot === undefined ? generation : state.waiting.generation[slot]!,
    dueAt: nextAttemptAt ?? 0,
    from: chain.position,
    dead: slot === undefined,
  };
  return encodeEvent(entry, chain.event, {
    attempts,
    ...(settledAt !== undefined && { settledAt }),
    ...(failure && { failure }),
  });
}
