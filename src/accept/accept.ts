/**
 * Every request of the public listener: which source it is for, and what is asked. Events take the path
 *
 *   admit -> wait for room -> read -> take -> conclude
 *
 * of which `take.ts` is the middle; handshakes and status are answered here.
 */
import { Buffer } from "node:buffer";
import type { IncomingMessage, ServerResponse } from "node:http";
import { admit } from "./admit.ts";
import { type Answer, STATUS_PATH } from "./answer.ts";
import { consentTo } from "./cloud-events-consent.ts";
import { shakeHands } from "./handshake.ts";
import { DRAINING, NO_SOURCE, problemAnswer, type Refusal, refuse } from "./problem.ts";
import { QueueRoom } from "./queue-room.ts";
import { RateLimits } from "./rate-limits.ts";
import { readBody } from "./read-body.ts";
import type { Route, Routes } from "./routes.ts";
import { send } from "./send.ts";
import { answerStatus } from "./status.ts";
import { take, type TakeNeeds } from "./take.ts";
import { conclude, from, guard, type Visit, visitOf } from "./visit.ts";

export interface AcceptNeeds extends Omit<TakeNeeds, "rates" | "queue"> {
  /** Functions, because a reload replaces what they return. */
  routes: () => Routes;
  draining: () => boolean;
}

/** What the room has of its own besides. */
interface Room extends AcceptNeeds {
  rates: RateLimits;
  queue: QueueRoom;
}

function unheard(): void {}

/** Answers every request of the public listener; never throws and never rejects. */
export function createAccept(needs: AcceptNeeds): (request: IncomingMessage, response: ServerResponse) => void {
  const room: Room = { ...needs, rates: new RateLimits(), queue: new QueueRoom(needs) };
  return (request, response) => {
    // A connection that breaks is told by the end of the body or of the answer; unheard, it would end the process.
    request.on("error", unheard);
    response.on("error", unheard);
    const visit = visitOf(request, response);
    guard(room, visit, () => answer(room, visit));
  };
}

function answer(room: Room, visit: Visit): void | Promise<void> {
  const { path, request: { method = "" } } = visit;
  const route = room.routes().byPath.get(path);
  const source = route?.source ?? NO_SOURCE;
  if (room.draining()) return conclude(room, visit, { source, ending: DRAINING });
  if (route !== undefined) {
    if (method === "POST") return accept(room, visit, route);
    return conclude(room, visit, { source, ending: greet(room, visit, route) });
  }
  if (!path.startsWith(STATUS_PATH)) return conclude(room, visit, { source, ending: NOT_FOUND });
  if (method !== "GET" && method !== "HEAD") return conclude(room, visit, { source, ending: notAllowed("GET, HEAD") });
  return showStatus(room, visit);
}

function accept(room: Room, visit: Visit, route: Route): void {
  const { source } = route;
  const refused = admit(visit.request, room.limits());
  if (refused !== undefined) return conclude(room, visit, { source, ending: refused });
  if (room.queue.isOpen()) return readAndTake(room, visit, route);
  room.queue.wait((refused, arrived) =>
    guard(room, visit, () => {
      if (refused !== undefined) conclude(room, visit, { source, ending: refused });
      else readAndTake(room, visit, route, arrived);
    })
  );
}

function readAndTake(room: Room, visit: Visit, route: Route, arrived?: () => void): void {
  const { source } = route;
  readBody(visit, room.limits().bodyBytesMax, (read) =>
    guard(room, visit, () => {
      const ending = take(room, visit, { route, read });
      arrived?.();
      if (ending instanceof Promise) return ending.then((later) => conclude(room, visit, { source, ending: later }));
      return conclude(room, visit, { source, ending });
    }));
}

async function showStatus(room: Room, visit: Visit): Promise<void> {
  const eventId = visit.path.slice(STATUS_PATH.length);
  const status = await answerStatus(room, visit, { eventId, query: visit.query });
  // A look at an event is not an event: what is refused here is not counted as one.
  send(visit, status.kind === "refused" ? problemAnswer(status) : status, room.limits().bodyBytesMax);
}

/** What is asked of a source besides taking events. */
function greet(room: Room, visit: Visit, route: Route): Answer | Refusal {
  const { request: { method, rawHeaders: headers }, query, sourceIp } = visit;
  const greets = route.handshakes.some((each) => each.method === "GET");
  if (method === "GET" && greets) {
    const received = { headers, query, body: Buffer.alloc(0), depthMax: room.limits().depthMax };
    return shakeHands(room, { route, received, now: room.clock.now(), sourceIp }) ??
      refuse("invalid_value", "This is not how the sender of this source asks");
  }
  const consent = method === "OPTIONS" ? consentTo(route, headers) : undefined;
  if (consent !== undefined) {
    room.emit({ kind: "handshake", source: route.source, handshake: "WebHook-Request-Origin", ...from(visit) });
  }
  return consent ?? notAllowed(greets ? "POST, GET" : "POST");
}

const NOT_FOUND = refuse("not_found", "There is nothing at this path");

function notAllowed(allow: string): Refusal {
  return refuse("method_not_allowed", `This path takes ${allow} only`, { headers: { Allow: allow } });
}
