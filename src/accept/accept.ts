/**
 * From an HTTP request to a durable event and its ack:
 *
 *   admit -> read -> verify -> identify -> check -> append -> reply
 *
 * The promise: no byte of a 2xx leaves before the event is on disk, and nothing unverified is parsed,
 * compared or stored.
 */
import assert from "node:assert/strict";
import type { IncomingMessage, ServerResponse } from "node:http";
import { performance } from "node:perf_hooks";
import type { Config } from "../config.ts";
import { HookdError, messageOf } from "../errors.ts";
import type { NewEvent } from "../model.ts";
import type { Appended, Clock, Emit, HandlerTable, Store } from "../ports.ts";
import { admit, overload, tooLarge } from "./admit.ts";
import { type Answer, IGNORED, STATUS_PATH } from "./answer.ts";
import type { Awaited } from "./awaited.ts";
import { checkEvent, withViolations } from "./check.ts";
import { identify, type Identity } from "./identify.ts";
import { problemAnswer, type Refusal, refuse, refuseSignature } from "./problem.ts";
import { RateLimits } from "./rate-limits.ts";
import { readBody } from "./read-body.ts";
import type { Received } from "./received.ts";
import { reply } from "./reply.ts";
import { handlerFor, type Route, type Routes } from "./routes.ts";
import { type Exchange, send } from "./send.ts";
import { answerStatus } from "./status.ts";
import { verify } from "./verify.ts";

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

/** What a request ends with; undefined when there is nobody left to answer. */
type Ending = Answer | Refusal | undefined;

/** The label of refusals that belong to no source. */
export const NO_SOURCE = "unmatched";

/** Answers every request of the public listener; never throws and never rejects. */
export function createAccept(needs: AcceptNeeds): (request: IncomingMessage, response: ServerResponse) => void {
  const room: Room = { ...needs, rates: new RateLimits() };
  return (request, response) => {
    // A connection that breaks is told by the end of the body or of the answer; unheard, it would end the process.
    request.on("error", () => {});
    response.on("error", () => {});
    const visit = {
      request,
      response,
      startedAt: performance.now(),
      sourceIp: request.socket.remoteAddress,
      ...target(request),
    };
    answer(room, visit).catch((error: unknown) => answerBug(needs, visit, error));
  };
}

async function answer(needs: Room, visit: Visit): Promise<void> {
  const { path, request: { method = "" } } = visit;
  const route = needs.routes().byPath.get(path);
  const source = route?.source ?? NO_SOURCE;
  if (needs.draining()) return conclude(needs, visit, { source, ending: DRAINING });
  if (route !== undefined) {
    const ending = method === "POST" ? await accept(needs, visit, route) : notAllowed("POST");
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
  const received: Received = {
    headers: visit.request.rawHeaders,
    query: visit.query,
    body: read.bytes,
    depthMax: limits.depthMax,
  };

  const verdict = verify(route.scheme, received, receivedAt);
  if (verdict.kind === "unverified") return refuseSignature(verdict.reason);
  needs.emit({ kind: "secret-matched", source: route.source, key: verdict.keyIndex });
  const limited = needs.rates.take(route, receivedAt);
  if (limited !== undefined) return limited;

  const identity = identify(route, received);
  if (identity.kind === "refused") return withViolations(route, received, identity);
  needs.emit({ kind: "received", source: route.source, type: identity.type });

  const handler = handlerFor(route, identity.type, needs.handlers());
  const checked = checkEvent(route, received, { identity, handler });
  if (checked.kind === "refused") return checked;
  if (checked.kind === "ignore") return ignored(needs, visit, route);

  const appended = await append(needs, newEvent(route, { identity, received, receivedAt, sourceIp: visit.sourceIp }));
  if (appended.kind === "refused") return appended;
  const reused = tellAppended(needs, route, appended);
  if (reused !== undefined) return reused;

  const ending = await reply(needs, { ...visit, route, identity, appended, unhandled: handler === undefined });
  if (appended.kind === "stored") acked(needs, visit, { route, ending });
  return ending;
}

interface Identified {
  identity: Identity;
  received: Received;
  receivedAt: number;
  sourceIp: string | undefined;
}

function newEvent(route: Route, { identity, received, receivedAt, sourceIp }: Identified): NewEvent {
  const { type, key, orderingKey, firstAttempt } = identity;
  return {
    source: route.source,
    type,
    key,
    ...(orderingKey !== undefined && { orderingKey }),
    headers: received.headers,
    body: received.body,
    receivedAt,
    ...(sourceIp !== undefined && { sourceIp }),
    ...(firstAttempt > 1 && { firstAttempt }),
    windowMs: route.windowMs,
  };
}

async function append(needs: AcceptNeeds, event: NewEvent): Promise<Appended | Refusal> {
  const refused = overload(needs);
  if (refused !== undefined) return refused;
  try {
    const [appended] = await needs.store.append([event]);
    assert(appended !== undefined, "The store answers for each event");
    return appended;
  } catch (error) {
    if (!(error instanceof HookdError)) throw error;
    return refuse("store_failed", "The event could not be stored; send it again");
  }
}

/** Tells what was stored or found; refuses a known key that came with another body, where the source says so. */
function tellAppended({ emit }: AcceptNeeds, { source, changedBody }: Route, appended: Appended): Refusal | undefined {
  if (appended.kind === "stored") {
    emit({ kind: "accepted", event: appended.event });
    return undefined;
  }
  const changed = !appended.sameBody;
  if (changed && changedBody === "reject") {
    return refuse("idempotency_key_reused", "This idempotency key was used for an event with another body");
  }
  emit({ kind: "duplicate", source, eventId: appended.first.event.id, changedBody: changed });
  return undefined;
}

function acked(needs: AcceptNeeds, visit: Visit, { route, ending }: { route: Route; ending: Answer | Refusal }): void {
  if (ending.kind !== "answer" || ending.status >= 300 || visit.response.destroyed) return;
  needs.emit({ kind: "acked", source: route.source, seconds: (performance.now() - visit.startedAt) / 1000 });
}

function conclude(needs: AcceptNeeds, visit: Visit, { source, ending }: { source: string; ending: Ending }): void {
  if (ending === undefined) return;
  if (ending.kind === "refused") tellRefused(needs, visit, { source, reason: ending.reason });
  const { bodyBytesMax } = needs.limits();
  send(visit, ending.kind === "refused" ? problemAnswer(ending) : ending, bodyBytesMax);
}

function tellRefused({ emit }: AcceptNeeds, { sourceIp }: Visit, refused: { source: string; reason: string }): void {
  emit({ kind: "rejected", ...refused, ...(sourceIp !== undefined && { sourceIp }) });
}

function ignored(needs: AcceptNeeds, visit: Visit, { source }: Route): Answer {
  tellRefused(needs, visit, { source, reason: "ignored_event_type" });
  return IGNORED;
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

/** Path and query of the request line; an absolute URL there (RFC 9112 section 3.2.2) counts by its path. */
function target({ url = "" }: IncomingMessage): { path: string; query: string } {
  const local = url.startsWith("/") ? url : url.replace(/^https?:\/\/[^/?]*/i, "");
  const mark = local.indexOf("?");
  return mark === -1 ? { path: local, query: "" } : { path: local.slice(0, mark), query: local.slice(mark + 1) };
}

function answerBug(needs: AcceptNeeds, visit: Visit, error: unknown): void {
  const stack = error instanceof Error && error.stack !== undefined ? { stack: error.stack } : {};
  needs.emit({ kind: "internal-error", where: "accept", message: messageOf(error), ...stack });
  const refusal = refuse("internal_error", "Something went wrong in hookd");
  send(visit, problemAnswer(refusal), needs.limits().bodyBytesMax);
}
