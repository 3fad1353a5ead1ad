/**
 * One run inside its thread: from the call of the handler to its one answer. Whatever the handler does after
 * that (its promise may hang for ever) is a zombie's doing and changes nothing.
 */
import { performance } from "node:perf_hooks";
import type { HandlerDefinition } from "../../handler.ts";
import type { RunAnswer, RunRequest } from "../protocol.ts";
import { answerToThrow } from "./failure-of.ts";
import { handlerContext } from "./handler-context.ts";
import { handlerEvent } from "./handler-event.ts";
import type { LogLine } from "./handler-log.ts";
import type { InFlight } from "./in-flight.ts";
import { answerToReturn } from "./result-of.ts";

/** After the deadline a handler that heeds `context.signal` has so long to end in its own way. */
const GRACE_MS = 50;

/** What all runs of a thread share. */
export interface LiveRunNeeds {
  inFlight: InFlight;
  resultBytesMax: number;
  log(line: LogLine): void;
  /** Called with the run's number while its handler is on the stack, as far as we see; with 0 when it is off. */
  onStack(run: number): void;
  /** Called once, with the answer. */
  onEnd(run: LiveRun, answer: RunAnswer): void;
  /** Called once, when the handler has returned or thrown; before or after `onEnd`. */
  onReturn(run: LiveRun): void;
}

export class LiveRun {
  readonly #needs: LiveRunNeeds;
  readonly #handler: HandlerDefinition;
  readonly request: RunRequest;
  /** Made when the handler asks for its signal: most do not, and it costs as much as the rest of a short run. */
  #controller: AbortController | undefined;
  #abortedFor: Error | undefined;
  #giveWay: "deadline" | "drain" | undefined;
  /** When it expires, in ms of `performance.now()`. */
  dueAt: number;
  #expired = false;
  ended = false;
  returned = false;

  constructor(needs: LiveRunNeeds, handler: HandlerDefinition, request: RunRequest) {
    this.#needs = needs;
    this.#handler = handler;
    this.request = request;
    this.dueAt = performance.now() + request.timeoutMs;
    needs.inFlight.add(this);
  }

  get number(): number {
    return this.request.run;
  }

  /** Calls the handler; never throws. A handler that returns no promise has answered when this returns. */
  perform(): void {
    try {
      this.#needs.onStack(this.number);
      const returned = this.#handler.run(handlerEvent(this.request), handlerContext(this));
      this.#needs.onStack(0);
      if (!isObject(returned)) return this.#return(returned);
      Promise.resolve(returned).then((value) => this.#return(value), (thrown) => this.#fail(thrown));
    } catch (thrown) {
      this.#needs.onStack(0);
      this.#fail(thrown);
    }
  }

  /** Ends the run by something thrown: by the handler, or outside its promise but on its account. */
  throw(thrown: unknown): void {
    const answer = answerToThrow(thrown);
    if (answer.kind !== "failed" || answer.retryAfterMs !== undefined || this.#giveWay === undefined) this.end(answer);
    else this.end(this.#gaveWay(this.#giveWay));
  }

  /** Aborts `context.signal` because the daemon stops; a handler that then throws is not charged. */
  drain(): void {
    if (this.ended || this.#giveWay !== undefined) return;
    this.#giveWay = "drain";
    this.#abort(coded("AbortError", "ERR_DRAINING", "hookd is stopping"));
  }

  /** Its deadline is over: at first the handler is told, and a moment later the run ends without it. */
  expire(): void {
    if (this.#expired) return this.end(this.#gaveWay("deadline"));
    this.#expired = true;
    this.#giveWay = "deadline";
    this.dueAt = performance.now() + GRACE_MS;
    this.#abort(coded("TimeoutError", "ERR_TIMEOUT", this.#timeoutMessage()));
  }

  end(answer: RunAnswer): void {
    if (this.ended) return;
    this.ended = true;
    this.#needs.inFlight.delete(this);
    this.#needs.onEnd(this, answer);
  }

  /** What `context.signal` is. */
  signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#abortedFor !== undefined) this.#controller.abort(this.#abortedFor);
    }
    return this.#controller.signal;
  }

  /** Where lines of `context.log` go. */
  get log(): (line: LogLine) => void {
    return this.#needs.log;
  }

  #return(value: unknown): void {
    this.#returned();
    if (this.ended) return;
    // What the handler returned may have code of its own: a `toJSON`, a getter.
    this.#needs.onStack(this.number);
    const answer = answerToReturn(value, this.#needs.resultBytesMax);
    this.#needs.onStack(0);
    this.end(answer);
  }

  #fail(thrown: unknown): void {
    this.#returned();
    this.throw(thrown);
  }

  #returned(): void {
    if (this.returned) return;
    this.returned = true;
    this.#needs.onReturn(this);
  }

  #gaveWay(to: "deadline" | "drain"): RunAnswer {
    if (to === "drain") return { kind: "interrupted", cause: "drain" };
    return { kind: "failed", failure: { code: "ERR_TIMEOUT", message: this.#timeoutMessage() } };
  }

  #timeoutMessage(): string {
    return `The handler did not end within ${this.request.timeoutMs} ms`;
  }

  #abort(reason: Error): void {
    this.#abortedFor = reason;
    this.#controller?.abort(reason);
  }
}

function isObject(value: unknown): boolean {
  return typeof value === "object" ? value !== null : typeof value === "function";
}

function coded(name: string, code: string, message: string): Error {
  return Object.assign(new Error(message), { name, code });
}
