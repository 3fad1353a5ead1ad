/** Chance that can be had again: mulberry32, good enough to shuffle with and nothing more. */
import { randomInt } from "node:crypto";
import type { Random } from "../ports.ts";

/** Uniform in [0, 1), the same sequence for the same seed (a whole number from 0 to 2^32 - 1). */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A seed that was not used before, short enough to type. */
export function newSeed(): number {
  return randomInt(1_000_000);
}
