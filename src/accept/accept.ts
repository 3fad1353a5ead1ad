/**
 * From an HTTP request to a durable event and its ack:
 *
 *   admit -> read -> verify -> unwrap -> judge -> store -> reply
 *
 * The promise: no byte of a 2xx leaves before the event is on disk, and nothing unverified is parsed,
 * compared or stored.
 */
import { Buffer } from "node:buffer";
import type { IncomingMessage, ServerResponse } from "node:http";
import { performance } from "node:perf_hooks";
import type { Config } from "../config.ts";
import { messageOf } from "../errors.ts";
import type { Appended, Clock, Emit, HandlerTable, Store } from "../ports.ts";
import { admit, tooLarge } from "./admit.ts";
import { type Answer, IGNORED, listAnswer, STATUS_PATH } from "./answer.ts";
import type { Awaited } from "./awaited.ts";
import { consentTo } from "./cloud-events-consent.ts";
import { couldBeChallenge, shakeHands } from "./handshake.ts";
import { judge } from "./judge.ts";
import { problemAnswer, type Refusal, refuse, refuseSignature, refuseUnverified } from "./problem.ts";
import { RateLimits } from "./rate-limits.ts";
import { readBody } from "./read-body.ts";
import { reply } from "./reply.ts";
import type { Route, Routes } from "./routes.ts";
import { type Exchange, send } from "./send.ts";
import { senderRetryOf } from "./sender-retry.ts";
import type { SignedRequest } from "./signature/verdict.ts";
import { answerStatus } from "./status.ts";
import { storeEvents, tellStored } from "./store-events.ts";
import { unwrap } from "./unwrap.ts";
import { verify } from "./signature/verify.ts";

export interface AcceptNeeds {
  clock: Clock;
  emit: Emit;
  store: Pick<Store, "append" | "find" | "status">;
  /** Functions, because a reload replaces what they return. */
  routes: () => Routes;
  handlers: () => HandlerTable;
  limits: () => Config["limits"];
  awaited: Awaited;
  draining: () => boolean;
}

/** What the room has of its own besides. */
interface Room extends AcceptNeeds {
  rates: RateLimits;
}

/** One request under way. */
interface Visit extends Exchange {
  /** `performance.now()` when its headers were there. */
  startedAt: number;
  path: string;
  query: string;
  sourceIp: string | undefined;
}

/** Path and query of the request line; an absolute URL there (RFC 9112 section 3.2.2) counts by its path. */
function visitOf(request: IncomingMessage, response: ServerResponse): Visit {
  const { url = "" } = request;
  const local = url.startsWith("/") ? url : url.replace(/^https?:\/\/[^/?]*/i, "");
  const mark = local.indexOf("?");
  return {
    request,
    response,
    startedAt: performance.now(),
    path: mark === -1 ? local : local.slice(0, mark),
    query: mark === -1 ? "" : local.slice(mark + 1),
    sourceIp: request.socket.remoteAddress,
  };
}

/** What a request ends with; undefined when there is nobody left to answer. */
type Ending = Answer | Refusal | undefined;

/** The label of refusals that belong to no source. */
export const NO_SOURCE = "unmatched";

function unheard(): void {}

/** Answers every request of the public listener; never throws and never rejects. */
export function createAccept(needs: AcceptNeeds): (request: IncomingMessage, response: ServerResponse) => void {
  const room: Room = { ...needs, rates: new RateLimits() };
  return (request, response) => {
    // A connection that breaks is told by the end of the body or of the answer; unheard, it would end the process.
    request.on("error", unheard);
    response.on("error", unheard);
    const visit = visitOf(request, response);
    answer(room, visit).catch((error: unknown) => answerBug(needs, visit, error));
  };
}

async function answer(needs: Room, visit: Visit): Promise<void> {
  const { path, request: { method = "" } } = visit;
  const route = needs.routes().byPath.get(path);
  const source = route?.source ?? NO_SOURCE;
  if (needs.draining()) return conclude(needs, visit, { source, ending: DRAINING });
  if (route !== undefined) {
    const ending = method === "POST" ? await accept(needs, visit, route) : greet(needs, visit, route);
    return conclude(needs, visit, { source, ending });
  }
  if (!path.startsWith(STATUS_PATH)) return conclude(needs, visit, { source, ending: NOT_FOUND });
  if (method !== "GET" && method !== "HEAD") return conclude(needs, visit, { source, ending: notAllowed("GET, HEAD") });
  const eventId = path.slice(STATUS_PATH.length);
  const status = await answerStatus(needs, visit, { eventId, query: visit.query });
  // A look at an event is not an event: what is refused here is not counted as one.
  send(visit, status.kind === "refused" ? problemAnswer(status) : status, needs.limits().bodyBytesMax);
}

async function accept(needs: Room, visit: Visit, route: Route): Promise<Ending> {
  const limits = needs.limits();
  const refused = admit(needs, visit.request);
  if (refused !== undefined) return refused;

  const read = await readBody(visit.request, visit.response, limits.bodyBytesMax);
  if (read.kind === "too-large") return tooLarge(limits.bodyBytesMax);
  if (read.kind === "incomplete") return hungUp(needs, visit, route);
  const receivedAt = needs.clock.now();
  const received: SignedRequest = {
    method: visit.request.method ?? "",
    url: signedUrl(route, visit),
    headers: visit.request.rawHeaders,
    query: visit.query,
    body: read.bytes,
    depthMax: limits.depthMax,
  };

  const verifying = verify(route.scheme, received, receivedAt);
  // Only a key that has to be fetched is worth a turn of the event loop.
  const verdict = verifying instanceof Promise ? await verifying : verifying;
  if (verdict.kind === "unverified") return refuseUnverified(verdict.reason);
  needs.emit({ kind: "secret-matched", source: route.source, key: verdict.keyIndex });
  if (couldBeChallenge(route, received.body)) return refuseSignature("challenge_as_event");
  const { sourceIp } = visit;
  const shaken = shakeHands(needs, { route, received, now: receivedAt, sourceIp, keyIndex: verdict.keyIndex });
  if (shaken !== undefined) return shaken;
  const limited = needs.rates.take(route, receivedAt);
  if (limited !== undefined) return limited;

  const unwrapped = unwrap(route, received);
  if (unwrapped.kind === "refused") return unwrapped;
  needs.rates.owe(route, unwrapped.pieces.length - 1);
  const judged = judge(needs, { unwrapped, route, receivedAt, sourceIp });
  if (judged.kind === "refused") return judged;
  const { taken, ignored } = judged;
  if (ignored > 0) tellRefused(needs, visit, { source: route.source, reason: "ignored_event_type", events: ignored });
  if (ignored > 0 && taken.length === 0) return IGNORED;

  const stored = await storeEvents(needs, taken.map(({ event }) => event));
  if ("kind" in stored) return stored;
  const senderRetry = senderRetryOf(route, received.headers);
  const reused = tellStored(stored, { emit: needs.emit, route, senderRetry });
  if (reused !== undefined) return reused;

  const replying = unwrapped.isList
    ? listAnswer(route.mode, toldOf(stored))
    : reply(needs, { visit, route, appended: stored[0]!, taken: taken[0]! });
  // Only an outcome is worth a turn of the event loop.
  const ending = replying instanceof Promise ? await replying : replying;
  if (stored.some(({ kind }) => kind === "stored")) acked(needs, visit, { route, ending });
  return ending;
}

/** What is asked of a source besides taking events. */
function greet(needs: Room, visit: Visit, route: Route): Answer | Refusal {
  const { request: { method, rawHeaders: headers }, query, sourceIp } = visit;
  const greets = route.handshakes.some((each) => each.method === "GET");
  if (method === "GET" && greets) {
    const received = { headers, query, body: Buffer.alloc(0), depthMax: needs.limits().depthMax };
    return shakeHands(needs, { route, received, now: needs.clock.now(), sourceIp }) ??
      refuse("invalid_value", "This is not how the sender of this source asks");
  }
  const consent = method === "OPTIONS" ? consentTo(route, headers) : undefined;
  if (consent !== undefined) {
    needs.emit({ kind: "handshake", source: route.source, handshake: "WebHook-Request-Origin", ...from(visit) });
  }
  return consent ?? notAllowed(greets ? "POST, GET" : "POST");
}

function toldOf(stored: readonly Appended[]): { eventIds: string[]; duplicates: number } {
  const eventIds = stored.map((each) => each.kind === "stored" ? each.event.id : each.first.event.id);
  return { eventIds, duplicates: stored.filter(({ kind }) => kind === "duplicate").length };
}

/** As the sender knows it: several sign it. From the config, because anybody can write a `Host`. */
function signedUrl({ publicUrl }: Route, { path, query }: Visit): string | undefined {
  return publicUrl && `${publicUrl}${path}${query === "" ? "" : `?${query}`}`;
}

function acked(needs: AcceptNeeds, visit: Visit, { route, ending }: { route: Route; ending: Answer | Refusal }): void {
  if (ending.kind !== "answer" || ending.status >= 300 || visit.response.destroyed) return;
  const seconds = (performance.now() - visit.startedAt) / 1000;
  needs.emit({ kind: "acked", source: route.source, seconds, deadlineSeconds: route.ackDeadlineMs / 1000 });
}

function conclude(needs: AcceptNeeds, visit: Visit, { source, ending }: { source: string; ending: Ending }): void {
  if (ending === undefined) return;
  if (ending.kind === "refused") tellRefused(needs, visit, { source, ...ending });
  const { bodyBytesMax } = needs.limits();
  send(visit, ending.kind === "refused" ? problemAnswer(ending) : ending, bodyBytesMax);
}

function tellRefused(
  { emit }: AcceptNeeds,
  visit: Visit,
  { source, reason, events = 1 }: { source: string; reason: string; events?: number },
): void {
  emit({ kind: "rejected", source, reason, ...from(visit), ...(events > 1 && { events }) });
}

function from({ sourceIp }: Visit): { sourceIp?: string } {
  return sourceIp === undefined ? {} : { sourceIp };
}

function hungUp(needs: AcceptNeeds, visit: Visit, { source }: Route): undefined {
  tellRefused(needs, visit, { source, reason: "body_incomplete" });
}

const NOT_FOUND = refuse("not_found", "There is nothing at this path");
const DRAINING = refuse("draining", "The daemon is stopping; send again in a moment", {
  headers: { Connection: "close" },
});

function notAllowed(allow: string): Refusal {
  return refuse("method_not_allowed", `This path takes ${allow} only`, { headers: { Allow: allow } });
}

function answerBug(needs: AcceptNeeds, visit: Visit, error: unknown): void {
  const stack = error instanceof Error && error.stack !== undefined ? { stack: error.stack } : {};
  needs.emit({ kind: "internal-error", where: "accept", message: messageOf(error), ...stack });
  const refusal = refuse("internal_error", "Something went wrong in hookd");
  send(visit, problemAnswer(refusal), needs.limits().bodyBytesMax);
}
