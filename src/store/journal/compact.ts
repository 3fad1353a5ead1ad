/**
 * Lets old segments go, oldest first. A segment goes when everything in it is older than retention and window;
 * what must outlive it (unsettled events, dead events that can be revived, holds) is written again at the end
 * of the journal first.
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
import { encodeEvent, encodeHold } from "./records.ts";
import type { Segment } from "./segments.ts";

export interface Retention {
  /** How long (ms) anything must stay after its receipt or settlement. */
  keepMs: number;
  /** How long (ms) dead events stay revivable; Infinity for ever. */
  deadMs: number;
}

/** Events that are copied in one commit. */
const COPY_BATCH = 256;

/** Removes what may go. Resolves to the number of segments removed. */
export async function compact(core: JournalCore, retention: Retention): Promise<number> {
  const { state, clock } = core;
  const { list } = state.segments;
  state.dropExpiredKeys(clock.now());
  let removed = 0;
  while (list.length > 1 && list[0]!.newestAt + retention.keepMs < clock.now()) {
    const resume = core.claims.pause();
    try {
      if (!(await moveStragglers(core, { segment: list[0]!, retention }))) break;
    } finally {
      resume();
    }
    const { number } = list[0]!;
    await state.segments.removeOldest();
    state.blocks.dropSegment(number);
    removed += 1;
  }
  return removed;
}

/** Copies what must outlive the segment. False if something in it runs just now. */
async function moveStragglers(core: JournalCore, job: { segment: Segment; retention: Retention }): Promise<boolean> {
  const { state } = core;
  const { segment } = job;
  const lasts: Position[] = [];
  for (const slot of state.waiting.oldestFirst()) {
    if (!touches(segment, state.waiting.event[slot]!, state.waiting.last[slot]!)) continue;
    if (state.mailboxes.isRunning(slot)) return false;
    lasts.push(state.waiting.last[slot]!);
  }
  for (const [id, { last }] of state.dead) {
    // The first record of a dead event is at or before its last.
    if (segmentOf(last) > segment.number && !(await beginsIn(core, { segment, last }))) continue;
    if (await isExpired(core, { last, deadMs: job.retention.deadMs })) state.dead.delete(id);
    else lasts.push(last);
  }
  for (let from = 0; from < lasts.length; from += COPY_BATCH) await copy(core, lasts.slice(from, from + COPY_BATCH));
  const holds = [...state.holds.values()].filter(({ position }) => segmentOf(position) === segment.number);
  if (holds.length > 0) await core.commit(holds.map(({ entry }) => encodeHold(entry)));
  return true;
}

function touches(segment: Segment, event: Position, last: Position): boolean {
  return segmentOf(event) === segment.number || segmentOf(last) === segment.number;
}

async function beginsIn(core: JournalCore, { segment, last }: { segment: Segment; last: Position }): Promise<boolean> {
  const chain = await readChain(core.state.segments, last);
  return chain !== undefined && segmentOf(chain.position) === segment.number;
}

async function isExpired(core: JournalCore, { last, deadMs }: { last: Position; deadMs: number }): Promise<boolean> {
  if (deadMs === Infinity) return false;
  const chain = await readChain(core.state.segments, last);
  return chain !== undefined && (toRecord(chain, false).settledAt ?? 0) + deadMs < core.clock.now();
}

async function copy(core: JournalCore, lasts: readonly Position[]): Promise<void> {
  const frames: Buffer[] = [];
  for (const last of lasts) {
    const chain = await readChain(core.state.segments, last);
    // Unreadable now is unreadable after: it was reported as damage when it was found.
    if (chain === undefined) continue;
    const record = toRecord(chain, false);
    const step = chain.steps.at(-1)?.entry;
    frames.push(encodeEvent(
      {
        ...chain.entry,
        hash: idHash(chain.event.id, core.state.seed),
        charged: step?.charged ?? chain.entry.charged,
        generation: record.generation,
        dueAt: record.nextAttemptAt ?? 0,
        from: chain.position,
        dead: record.state === "dead",
      },
      chain.event,
      {
        attempts: record.attempts,
        ...(record.settledAt !== undefined && { settledAt: record.settledAt }),
        ...(record.failure && { failure: record.failure }),
      },
    ));
  }
  if (frames.length > 0) await core.commit(frames);
}
