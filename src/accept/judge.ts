/**
 * Which of the events of a request are taken: each identified and checked as if it had come alone, and all of them
 * or none. The promise: what is refused here has left no trace in the store.
 */
import type { NewEvent, UnixMs } from "../model.ts";
import type { Emit, HandlerTable } from "../ports.ts";
import type { Violation } from "../problem-body.ts";
import { checkEvent, withViolations } from "./check.ts";
import { identify, type Identity } from "./identify.ts";
import type { Piece, Unwrapped } from "./lists.ts";
import type { Refusal } from "./problem.ts";
import type { Received } from "./received.ts";
import { handlerFor, type Route } from "./routes.ts";
import { VIOLATIONS_MAX } from "./schema-check.ts";

/** An event that is taken. */
export interface Taken {
  kind: "taken";
  event: NewEvent;
  identity: Identity;
  /** No handler runs it. */
  unhandled: boolean;
}

/** `ignored`: how many are not to be stored, and are no mistake. */
export type Judged = { kind: "judged"; taken: readonly Taken[]; ignored: number } | Refusal;

export interface Judging {
  unwrapped: Unwrapped;
  route: Route;
  receivedAt: UnixMs;
  sourceIp: string | undefined;
}

interface JudgeNeeds {
  emit: Emit;
  handlers: () => HandlerTable;
}

export function judge(needs: JudgeNeeds, judging: Judging): Judged {
  const { pieces, isList } = judging.unwrapped;
  if (!isList) return judged(judgeOne(needs, judging, pieces[0]!.received));
  const verdicts = pieces.map(({ received }) => judgeOne(needs, judging, received));
  const refusal = refusalOfList(pieces, verdicts);
  if (refusal !== undefined) return refusal;
  const taken = verdicts.filter((each) => each.kind === "taken");
  return { kind: "judged", taken, ignored: verdicts.length - taken.length };
}

function judged(verdict: Verdict): Judged {
  if (verdict.kind === "refused") return verdict;
  return verdict.kind === "taken"
    ? { kind: "judged", taken: [verdict], ignored: 0 }
    : { kind: "judged", taken: [], ignored: 1 };
}

type Verdict = Taken | { kind: "ignore" } | Refusal;

function judgeOne({ emit, handlers }: JudgeNeeds, judging: Judging, received: Received): Verdict {
  const { route } = judging;
  const identity = identify(route, received);
  if (identity.kind === "refused") return withViolations(route, received, identity);
  emit({ kind: "received", source: route.source, type: identity.type });
  const handler = handlerFor(route, identity.type, handlers());
  const checked = checkEvent(route, received, { identity, handler });
  if (checked.kind !== "accept") return checked;
  const event = newEvent(judging, identity, received);
  return { kind: "taken", event, identity, unhandled: handler === undefined };
}

/** One answer for all that is wrong; paths count from the root of the body that was sent. */
function refusalOfList(pieces: readonly Piece[], verdicts: readonly Verdict[]): Refusal | undefined {
  const refusal = verdicts.find((each) => each.kind === "refused");
  if (refusal === undefined) return undefined;
  const errors = verdicts.flatMap((each, index) => each.kind === "refused" ? violationsAt(pieces[index]!, each) : []);
  return {
    ...refusal,
    detail: `Event ${verdicts.indexOf(refusal)}: ${refusal.detail}`,
    errors: errors.slice(0, VIOLATIONS_MAX),
    events: pieces.length,
  };
}

function violationsAt({ at }: Piece, { errors, detail }: Refusal): Violation[] {
  if (errors === undefined) return [{ path: at, message: detail }];
  return errors.map(({ path, message }) => ({ path: at + path, message }));
}

/** One shape for every event: what it lacks is undefined, and not left out. */
function newEvent({ route, receivedAt, sourceIp }: Judging, identity: Identity, received: Received): NewEvent {
  const { type, key, orderingKey, firstAttempt } = identity;
  return {
    source: route.source,
    type,
    key,
    orderingKey,
    headers: received.headers,
    body: received.body,
    receivedAt,
    sourceIp,
    firstAttempt: firstAttempt > 1 ? firstAttempt : undefined,
    windowMs: route.windowMs,
  };
}
