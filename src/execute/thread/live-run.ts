/**
 * One run inside its thread: from the call of the handler to its one answer. Whatever the handler does after
 * that (its promise may hang for ever) is a zombie's doing and changes nothing.
 */
import { type HandlerContext, type HandlerDefinition, type HandlerLog } from "../../handler.ts";
import type { RunAnswer, RunRequest } from "../protocol.ts";
import { answerToThrow } from "./failure-of.ts";
import { handlerEvent } from "./handler-event.ts";
import { answerToReturn } from "./result-of.ts";

/** After the deadline a handler that heeds `context.signal` has so long to end in its own way. */
const GRACE_MS = 50;

export interface LiveRunNeeds {
  handler: HandlerDefinition;
  request: RunRequest;
  resultBytesMax: number;
  log: HandlerLog;
  /** Called with the run's number while its handler is on the stack, as far as we see; with 0 when it is off. */
  onStack(run: number): void;
  /** Called once, with the answer. */
  onEnd(answer: RunAnswer, run: LiveRun): void;
  /** Called once, when the handler has returned or thrown; before or after `onEnd`. */
  onReturn(run: LiveRun): void;
}

export class LiveRun {
  readonly #needs: LiveRunNeeds;
  /** Made when the handler asks for its signal: most do not, and it costs as much as the rest of a short run. */
  #controller: AbortController | undefined;
  #abortedFor: Error | undefined;
  #timer: NodeJS.Timeout;
  #giveWay: "deadline" | "drain" | undefined;
  ended = false;
  returned = false;

  constructor(needs: LiveRunNeeds) {
    this.#needs = needs;
    this.#timer = setTimeout(() => this.#expire(), needs.request.timeoutMs);
  }

  get number(): number {
    return this.#needs.request.run;
  }

  /** Calls the handler; never rejects. */
  async perform(): Promise<void> {
    const { request, handler, resultBytesMax } = this.#needs;
    try {
      const returned = await this.#seen(() => handler.run(handlerEvent(request), this.#context()));
      this.#returned();
      if (!this.ended) this.end(this.#seen(() => answerToReturn(returned, resultBytesMax)));
    } catch (thrown) {
      this.#returned();
      this.throw(thrown);
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

  end(answer: RunAnswer): void {
    if (this.ended) return;
    this.ended = true;
    clearTimeout(this.#timer);
    this.#needs.onEnd(answer, this);
  }

  #expire(): void {
    this.#giveWay = "deadline";
    this.#timer = setTimeout(() => this.end(this.#gaveWay("deadline")), GRACE_MS);
    this.#abort(coded("TimeoutError", "ERR_TIMEOUT", this.#timeoutMessage()));
  }

  #gaveWay(to: "deadline" | "drain"): RunAnswer {
    if (to === "drain") return { kind: "interrupted", cause: "drain" };
    return { kind: "failed", failure: { code: "ERR_TIMEOUT", message: this.#timeoutMessage() } };
  }

  #timeoutMessage(): string {
    return `The handler did not end within ${this.#needs.request.timeoutMs} ms`;
  }

  #returned(): void {
    this.returned = true;
    this.#needs.onReturn(this);
  }

  #context(): HandlerContext {
    const { request, log } = this.#needs;
    const signal = () => this.#signal();
    return {
      attempt: request.attempt,
      get signal() {
        return signal();
      },
      log,
      source: request.source,
    };
  }

  #signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#abortedFor !== undefined) this.#controller.abort(this.#abortedFor);
    }
    return this.#controller.signal;
  }

  #abort(reason: Error): void {
    this.#abortedFor = reason;
    this.#controller?.abort(reason);
  }

  #seen<T>(work: () => T): T {
    this.#needs.onStack(this.number);
    try {
      return work();
    } finally {
      this.#needs.onStack(0);
    }
  }
}

function coded(name: string, code: string, message: string): Error {
  return Object.assign(new Error(message), { name, code });
}
