/** Carries out a plan of requests: prepares each, spoils it as planned, sends it and tells what came of it. */
import { HookdError } from "../errors.ts";
import type { Answer, OutgoingEvent, Sender, SignedRequest } from "../sender/sender.ts";
import { CutOff, cutOff, dripping, type Shot, tampered } from "./chaos.ts";
import { isExpected, type ShotEnding } from "./tally.ts";

/** A slow body comes in so many pieces, with so long between them: about two seconds in all. */
const DRIP = { pieces: 5, waitMs: 500 };

export interface ShootOptions {
  sender: Sender;
  /** The event of that number, from 1. */
  eventOf(number: number): OutgoingEvent;
  signsTime: boolean;
  /** How far back a stale request is dated; beyond what the receiver tolerates. */
  staleMs: number;
  now(): number;
}

export type Ending = ShotEnding & { answer?: Answer; failure?: HookdError };

/** Makes a function that sends one shot. Rejects only when an event does not fit the source (`ERR_USAGE`). */
export function createShoot(options: ShootOptions): (shot: Shot, plannedAtMs: number) => Promise<Ending> {
  const { sender, eventOf, signsTime, staleMs, now } = options;
  const kept = new Map<number, SignedRequest>();

  const prepare = (shot: Shot): SignedRequest => {
    const before = kept.get(shot.event);
    if (before !== undefined && !shot.comesAgain) kept.delete(shot.event);
    const at = shot.kind === "stale" ? { at: now() - staleMs } : {};
    const request = before ?? sender.prepare(eventOf(shot.event), at);
    if (shot.comesAgain) kept.set(shot.event, request);
    return request;
  };

  return async (shot, plannedAtMs) => {
    const { kind } = shot;
    const request = prepare(shot);
    try {
      const answer = await deliver(sender, request, shot);
      const { status } = answer;
      const expected = isExpected(kind, { status, signsTime });
      return { kind, status, latencyMs: performance.now() - plannedAtMs, expected, answer };
    } catch (error) {
      if (!(error instanceof HookdError && error.code === "ERR_SEND_FAILED")) throw error;
      const isOurs = error.cause instanceof CutOff;
      const expected = isExpected(kind, { status: undefined, signsTime });
      const ending = { kind, status: undefined, latencyMs: performance.now() - plannedAtMs, expected };
      return isOurs ? ending : { ...ending, expected: false, failure: error };
    }
  };
}

function deliver(sender: Sender, request: SignedRequest, { kind, dice }: Shot): Promise<Answer> {
  switch (kind) {
    case "tamper":
      return sender.deliver({ ...request, body: tampered(request.body, dice) });
    case "unsigned":
      return sender.deliver(sender.unsign(request));
    case "truncate":
      return sender.deliver(request, { pieces: cutOff(request.body, dice) });
    case "slow":
      return sender.deliver(request, { pieces: dripping(request.body, { pieces: DRIP.pieces, wait }) });
    case "plain":
    case "duplicate":
    case "reorder":
    case "stale":
      return sender.deliver(request);
  }
}

function wait(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, DRIP.waitMs));
}
