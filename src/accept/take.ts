/**
 * The path of a POST, from its body to a durable event and its ack:
 *
 *   verify -> unwrap -> judge -> store -> reply
 *
 * The promise: no byte of a 2xx leaves before the event is on disk, and nothing unverified is parsed, compared or
 * stored. Steps are plain calls; a promise comes back only where something is waited for, which is the disk as a rule
 * (as async functions they took about 1 us more of the main thread's 35).
 */
import { performance } from "node:perf_hooks";
import type { Config } from "../config.ts";
import type { UnixMs } from "../model.ts";
import type { Appended, Clock, Emit, HandlerTable, Store } from "../ports.ts";
import { tooLarge } from "./admit.ts";
import { IGNORED, listAnswer } from "./answer.ts";
import type { Awaited } from "./awaited.ts";
import { couldBeChallenge, shakeHands } from "./handshake.ts";
import { judge, type Taken } from "./judge.ts";
import { refuseSignature, refuseUnverified } from "./problem.ts";
import type { QueueRoom } from "./queue-room.ts";
import type { RateLimits } from "./rate-limits.ts";
import type { ReadBody } from "./read-body.ts";
import { reply } from "./reply.ts";
import type { Route } from "./routes.ts";
import { senderRetryOf } from "./sender-retry.ts";
import type { SignedRequest, Verdict } from "./signature/verdict.ts";
import { verify } from "./signature/verify.ts";
import { storeEvents, tellStored } from "./store-events.ts";
import { unwrap } from "./unwrap.ts";
import { type Ending, tellRefused, type Visit } from "./visit.ts";

export interface TakeNeeds {
  clock: Clock;
  emit: Emit;
  store: Pick<Store, "append" | "find" | "status">;
  handlers: () => HandlerTable;
  limits: () => Config["limits"];
  awaited: Awaited;
  rates: RateLimits;
  queue: Pick<QueueRoom, "refusal" | "storing">;
}

/** What is known of a request on its way along the path. */
interface Underway {
  visit: Visit;
  route: Route;
  received: SignedRequest;
  receivedAt: UnixMs;
}

type Soon<Value> = Value | Promise<Value>;

/** Ends in what the sender is told; undefined when it has gone. */
export function take(needs: TakeNeeds, visit: Visit, { route, read }: { route: Route; read: ReadBody }): Soon<Ending> {
  const limits = needs.limits();
  if (read.kind === "too-large") return tooLarge(limits.bodyBytesMax);
  if (read.kind === "incomplete") {
    tellRefused(needs, visit, { source: route.source, reason: "body_incomplete" });
    return undefined;
  }
  const received: SignedRequest = {
    method: visit.request.method ?? "",
    url: signedUrl(route, visit),
    headers: visit.request.rawHeaders,
    query: visit.query,
    body: read.bytes,
    depthMax: limits.depthMax,
  };
  const underway = { visit, route, received, receivedAt: needs.clock.now() };
  const verifying = verify(route.scheme, received, underway.receivedAt);
  // Only a key that has to be fetched is worth a turn of the event loop.
  return verifying instanceof Promise
    ? verifying.then((verdict) => takeVerified(needs, underway, verdict))
    : takeVerified(needs, underway, verifying);
}

function takeVerified(needs: TakeNeeds, underway: Underway, verdict: Verdict): Soon<Ending> {
  const { visit, route, received, receivedAt } = underway;
  const { sourceIp } = visit;
  if (verdict.kind === "unverified") return refuseUnverified(verdict.reason);
  needs.emit({ kind: "secret-matched", source: route.source, key: verdict.keyIndex });
  if (couldBeChallenge(route, received.body)) return refuseSignature("challenge_as_event");
  const shaken = shakeHands(needs, { route, received, now: receivedAt, sourceIp, keyIndex: verdict.keyIndex });
  if (shaken !== undefined) return shaken;
  const limited = needs.rates.take(route, receivedAt);
  if (limited !== undefined) return limited;

  const unwrapped = unwrap(route, received);
  if (unwrapped.kind === "refused") return unwrapped;
  const { pieces, isList } = unwrapped;
  needs.rates.owe(route, pieces.length - 1);
  const judged = judge(needs, { unwrapped, route, receivedAt, sourceIp });
  if (judged.kind === "refused") return judged;
  const { taken, ignored } = judged;
  if (ignored > 0) tellRefused(needs, visit, { source: route.source, reason: "ignored_event_type", events: ignored });
  if (ignored > 0 && taken.length === 0) return IGNORED;
  const events = taken.map(({ event }) => event);
  return storeEvents(needs, events, (appended) => replyStored(needs, underway, { taken, appended, isList }));
}

interface Stored {
  taken: readonly Taken[];
  /** Of each in `taken`. */
  appended: readonly Appended[];
  isList: boolean;
}

/** They are on disk, or were before. */
function replyStored(needs: TakeNeeds, underway: Underway, { taken, appended, isList }: Stored): Soon<Ending> {
  const { visit, route, received } = underway;
  const senderRetry = senderRetryOf(route, received.headers);
  const reused = tellStored(appended, { emit: needs.emit, route, senderRetry });
  if (reused !== undefined) return reused;
  const replying = isList
    ? listAnswer(route.mode, toldOf(appended))
    : reply(needs, { visit, route, appended: appended[0]!, taken: taken[0]! });
  if (!appended.some(({ kind }) => kind === "stored")) return replying;
  const ended = (ending: Exclude<Ending, undefined>) => {
    acked(needs, underway, ending);
    return ending;
  };
  // Only an outcome is worth a turn of the event loop.
  return replying instanceof Promise ? replying.then(ended) : ended(replying);
}

function toldOf(appended: readonly Appended[]): { eventIds: string[]; duplicates: number } {
  const eventIds = appended.map((each) => each.kind === "stored" ? each.event.id : each.first.event.id);
  return { eventIds, duplicates: appended.filter(({ kind }) => kind === "duplicate").length };
}

/** As the sender knows it: several sign it. From the config, because anybody can write a `Host`. */
function signedUrl({ publicUrl }: Route, { path, query }: Visit): string | undefined {
  return publicUrl && `${publicUrl}${path}${query === "" ? "" : `?${query}`}`;
}

function acked({ emit }: TakeNeeds, { visit, route }: Underway, ending: Exclude<Ending, undefined>): void {
  if (ending.kind !== "answer" || ending.status >= 300 || visit.response.destroyed) return;
  const seconds = (performance.now() - visit.startedAt) / 1000;
  emit({ kind: "acked", source: route.source, seconds, deadlineSeconds: route.ackDeadlineMs / 1000 });
}
