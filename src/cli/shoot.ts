/** Carries out a plan of requests: prepares each, spoils it as planned, sends it and tells what came of it. */
import { HookdError } from "../errors.ts";
import type { Answer, OutgoingEvent, Sender, SignedRequest } from "../sender/sender.ts";
import { CutOff, cutOff, dripping, type Shot, tampered } from "./chaos.ts";
import { type Fate, fateOf, type Unanswered } from "./fate.ts";
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
    const ending = (fate: Fate, status: number | undefined) => ({
      kind,
      fate,
      status,
      latencyMs: performance.now() - plannedAtMs,
      expected: isExpected(kind, { fate, signsTime }),
    });
    try {
      const answer = await deliver(sender, request, shot);
      return { ...ending(fateOf(answer), answer.status), answer };
    } catch (error) {
      if (!(error instanceof HookdError && error.code === "ERR_SEND_FAILED")) throw error;
      const reason: Unanswered = error.cause instanceof CutOff ? "cut_off" : "connection_lost";
      const unanswered = ending({ kind: "unanswered", reason }, undefined);
      return reason === "cut_off" ? unanswered : { ...unanswered, expected: false, failure: error };
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
      return truncate(sender, request, dice);
    case "slow":
      return sender.deliver(request, { pieces: dripping(request.body, { pieces: DRIP.pieces, wait }) });
    case "plain":
    case "duplicate":
    case "reorder":
    case "stale":
      return sender.deliver(request);
  }
}

/** A body of one byte has no part that could be sent: it is told to be longer. */
function truncate(sender: Sender, request: SignedRequest, dice: number): Promise<Answer> {
  const body = request.body.byteLength > 1 ? request.body : new Uint8Array(2);
  return sender.deliver({ ...request, body }, { pieces: cutOff(body, dice) });
}

function wait(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, DRIP.waitMs));
}
