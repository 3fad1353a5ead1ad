/**
 * One request under way, and how it ends: with an answer, with a refusal that is told and counted, or, when there is
 * nobody left to answer, with nothing.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { performance } from "node:perf_hooks";
import type { Config } from "../config.ts";
import { messageOf } from "../errors.ts";
import type { Emit } from "../ports.ts";
import type { Answer } from "./answer.ts";
import { problemAnswer, type Refusal, refuse } from "./problem.ts";
import { type Exchange, send } from "./send.ts";

export interface Visit extends Exchange {
  /** `performance.now()` when its headers were there. */
  startedAt: number;
  path: string;
  query: string;
  sourceIp: string | undefined;
}

/** What a request ends with; undefined when there is nobody left to answer. */
export type Ending = Answer | Refusal | undefined;

interface VisitNeeds {
  emit: Emit;
  limits: () => Pick<Config["limits"], "bodyBytesMax">;
}

/** Path and query of the request line; an absolute URL there (RFC 9112 section 3.2.2) counts by its path. */
export function visitOf(request: IncomingMessage, response: ServerResponse): Visit {
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

/** `source`: under whose name a refusal counts. */
export function conclude(
  needs: VisitNeeds,
  visit: Visit,
  { source, ending }: { source: string; ending: Ending },
): void {
  if (ending === undefined) return;
  if (ending.kind === "refused") tellRefused(needs, visit, { source, ...ending });
  send(visit, ending.kind === "refused" ? problemAnswer(ending) : ending, needs.limits().bodyBytesMax);
}

export function tellRefused(
  { emit }: Pick<VisitNeeds, "emit">,
  visit: Visit,
  { source, reason, events = 1 }: { source: string; reason: string; events?: number },
): void {
  emit({ kind: "rejected", source, reason, ...from(visit), ...(events > 1 && { events }) });
}

/** The sender's address, where it is known. */
export function from({ sourceIp }: Visit): { sourceIp?: string } {
  return sourceIp === undefined ? {} : { sourceIp };
}

/** Runs a step of the path. A bug in it is told, and answered with 500: nothing that a sender does ends the process. */
export function guard(needs: VisitNeeds, visit: Visit, step: () => void | Promise<void>): void {
  try {
    step()?.catch((error: unknown) => answerBug(needs, visit, error));
  } catch (error) {
    answerBug(needs, visit, error);
  }
}

function answerBug(needs: VisitNeeds, visit: Visit, error: unknown): void {
  const stack = error instanceof Error && error.stack !== undefined ? { stack: error.stack } : {};
  needs.emit({ kind: "internal-error", where: "accept", message: messageOf(error), ...stack });
  const refusal = refuse("internal_error", "Something went wrong in hookd");
  send(visit, problemAnswer(refusal), needs.limits().bodyBytesMax);
}
