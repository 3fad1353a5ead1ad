/**
 * What a bad day on the network, or an attacker, does to events: a plan made from a seed, so that a run that
 * found something can be run again. Pure; `shoot.ts` carries it out.
 */
import { randomFrom } from "./seeded-random.ts";

export const CHAOS_KINDS = ["duplicate", "reorder", "tamper", "stale", "truncate", "slow", "unsigned"] as const;

export type ChaosKind = (typeof CHAOS_KINDS)[number];

/** One request to send. */
export interface Shot {
  /** Number of the event, from 1. */
  event: number;
  kind: ChaosKind | "plain";
  /** This event is sent once more later on, with the same bytes. */
  comesAgain: boolean;
  /** In [0, 1): where to tamper, or where to cut. */
  dice: number;
}

export interface Plan {
  /** Events, from 1. */
  count: number;
  /** None twice. */
  kinds: readonly ChaosKind[];
  /** A whole number from 0 to 2^32 - 1. */
  seed: number;
}

/** A request and where it comes in the order of sending. */
interface Placed {
  place: number;
  shot: Shot;
}

/** How far a request is moved back at most, in places. */
const DRIFT_MAX = 3;

/**
 * Which events get which kind is exact: of every `2 * kinds.length` events each kind gets one and the rest is
 * plain, the listed kinds first, so that even one event gets the one kind asked for. Which of them it is, and
 * how far things move, comes from the seed. The plan is made as it is carried out: a million requests do not
 * wait in memory.
 */
export function* planShots({ count, kinds, seed }: Plan): Generator<Shot, void, undefined> {
  const random = randomFrom(seed);
  const deck = Uint8Array.from({ length: count }, (_, at) => at % Math.max(kinds.length * 2, 1));
  shuffle(deck, random);
  const waiting: Placed[] = [];
  for (let event = 1; event <= count; event++) {
    waiting.push(...placesOf({ event, kind: kinds[deck[event - 1] ?? NaN] ?? "plain" }, random));
    waiting.sort((a, b) => a.place - b.place);
    // Later events are placed behind their own number: what stands up to here is in its final order.
    while (waiting[0] !== undefined && waiting[0].place <= event) yield (waiting.shift() as Placed).shot;
  }
  for (const { shot } of waiting) yield shot;
}

/** How many requests the plan has: the events, and one more for each duplicate. */
export function countShots({ count, kinds }: Omit<Plan, "seed">): number {
  const at = kinds.indexOf("duplicate");
  return count + (at === -1 ? 0 : Math.ceil(Math.max(count - at, 0) / (kinds.length * 2)));
}

function placesOf({ event, kind }: Pick<Shot, "event" | "kind">, random: () => number): Placed[] {
  const shot: Shot = { event, kind, comesAgain: false, dice: random() };
  // Half a place further lands behind a neighbour and before the next, never on one.
  const later = event + 1 + Math.floor(random() * DRIFT_MAX) + 0.5;
  if (kind === "reorder") return [{ place: later, shot }];
  if (kind !== "duplicate") return [{ place: event, shot }];
  const first: Shot = { ...shot, kind: "plain", comesAgain: true };
  return [{ place: event, shot: first }, { place: later - 1, shot }];
}

/** Fisher and Yates. */
function shuffle(list: Uint8Array, random: () => number): void {
  for (let at = list.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [list[at], list[other]] = [list[other] ?? 0, list[at] ?? 0];
  }
}

/** One bit of the body turned over; an empty body gets a byte. */
export function tampered(body: Uint8Array, dice: number): Uint8Array {
  if (body.byteLength === 0) return new Uint8Array(1);
  // Not slice: that of a Buffer is a view of the same bytes.
  const copy = Uint8Array.from(body);
  const at = Math.floor(dice * copy.length);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

/** Long enough for what was written to leave this machine. */
const CUT_AFTER_MS = 20;

/** Thrown by `cutOff` on purpose. */
export class CutOff extends Error {
  override readonly name = "CutOff";
}

/** The body up to some point, but at least one byte of it, and then the connection is lost. */
export async function* cutOff(body: Uint8Array, dice: number): AsyncGenerator<Uint8Array> {
  yield body.subarray(0, 1 + Math.floor(dice * (body.length - 1)));
  // The head and the first bytes leave before the connection does.
  await new Promise((resolve) => setTimeout(resolve, CUT_AFTER_MS));
  throw new CutOff("The body was cut off on purpose");
}

/** The body in pieces with waits between them. */
export async function* dripping(
  body: Uint8Array,
  { pieces, wait }: { pieces: number; wait(): Promise<void> },
): AsyncGenerator<Uint8Array> {
  const size = Math.max(Math.ceil(body.length / pieces), 1);
  for (let at = 0; at < body.length; at += size) {
    if (at > 0) await wait();
    yield body.subarray(at, at + size);
  }
}
