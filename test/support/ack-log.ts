/**
 * The client's side of the story and the judge of it: what was acked, and whether each of those events was
 * processed, dead-lettered or still waits. It looks at hookd from outside only.
 */
import type { Effect } from "./effects.ts";

/** One event that got a 2xx, by its idempotency key. */
export interface Ack {
  key: string;
  eventId: string;
  /** Of the body that was sent. */
  sha256: string;
  order?: string;
  seq?: number;
}

export class AckLog {
  readonly acks = new Map<string, Ack>();
  /** Keys that were acked under two event ids. */
  readonly twice = new Set<string>();

  /** A 2xx came for this event, for the first time or again. */
  add(ack: Ack): void {
    const known = this.acks.get(ack.key);
    if (known === undefined) this.acks.set(ack.key, ack);
    else if (known.eventId !== ack.eventId) this.twice.add(ack.key);
  }
}

/** What was found when the dust had settled. */
export interface Evidence {
  acked: AckLog;
  /** Lines that the handlers left, in their order. */
  effects: readonly Effect[];
  /** State by event id, as the admin listener tells it. */
  states: ReadonlyMap<string, string>;
  /** Event id and key of each line of the dead-letter file. */
  letters: readonly { id: string; event: { id: string; key: string } }[];
}

export interface Account {
  acked: number;
  processed: number;
  dead: number;
  waiting: number;
  /** Acked and neither processed, dead nor waiting: event ids. */
  lost: string[];
  /** Keys that were stored twice, and letters that were written twice. */
  twice: string[];
  /** Ordering keys whose events ran out of order. */
  disorder: string[];
  /** Runs of something that nobody sent, or with other bytes. */
  foreign: string[];
}

export function account({ acked, effects, states, letters }: Evidence): Account {
  const ran = new Set(effects.map((effect) => effect.id));
  const lettered = new Set(letters.map((letter) => letter.event.id));
  const found: Account = {
    acked: acked.acks.size,
    processed: 0,
    dead: 0,
    waiting: 0,
    lost: [],
    twice: [...acked.twice, ...keysWithTwoIds(acked, effects, letters), ...doubles(letters.map((letter) => letter.id))],
    disorder: outOfOrder(effects),
    foreign: foreignRuns(acked, effects),
  };
  for (const { eventId } of acked.acks.values()) {
    const state = states.get(eventId);
    if (state === "completed" && ran.has(eventId) && !lettered.has(eventId)) found.processed += 1;
    else if (state === "dead" && ran.has(eventId) && lettered.has(eventId)) found.dead += 1;
    else if (state === "available" || state === "running" || state === "retryable") found.waiting += 1;
    else found.lost.push(eventId);
  }
  return found;
}

/** `row=1 runtime=node20 ... lost=0 twice=0 disorder=0 foreign=0` */
export function accountLine(head: Record<string, string | number>, found: Account): string {
  const { acked, processed, dead, waiting, lost, twice, disorder, foreign } = found;
  const counts = { lost: lost.length, twice: twice.length, disorder: disorder.length, foreign: foreign.length };
  return Object.entries({ ...head, acked, processed, dead, waiting, ...counts })
    .map(([name, value]) => `${name}=${value}`).join(" ");
}

function keysWithTwoIds(acked: AckLog, effects: readonly Effect[], letters: Evidence["letters"]): string[] {
  const idOf = new Map([...acked.acks.values()].map(({ key, eventId }) => [key, eventId]));
  const seen = [
    ...effects.map(({ key, id }) => ({ key, id })),
    ...letters.map(({ event }) => ({ key: event.key, id: event.id })),
  ];
  const twice = new Set<string>();
  for (const { key, id } of seen) {
    if (!idOf.has(key)) idOf.set(key, id);
    if (idOf.get(key) !== id) twice.add(key);
  }
  return [...twice];
}

function doubles(ids: readonly string[]): string[] {
  const seen = new Set<string>();
  return ids.filter((id) => seen.has(id) || !seen.add(id));
}

/**
 * A run must not come after a run of a later event of its ordering key: not a first run, and not a repeated one
 * either, since the later one may only begin when the earlier one is settled.
 */
function outOfOrder(effects: readonly Effect[]): string[] {
  const latest = new Map<string, number>();
  const wrong = new Set<string>();
  for (const { order, seq } of effects) {
    if (order === undefined || seq === undefined) continue;
    if (seq < (latest.get(order) ?? -1)) wrong.add(order);
    latest.set(order, Math.max(seq, latest.get(order) ?? -1));
  }
  return [...wrong];
}

/** An event that was stored but not acked may run as well; only its bytes must be what was sent under its key. */
function foreignRuns({ acks }: AckLog, effects: readonly Effect[]): string[] {
  return effects.filter(({ key, sha256 }) => acks.get(key)?.sha256 !== sha256).map(({ id }) => id);
}
