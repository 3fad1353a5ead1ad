/**
 * All runs of one worker thread, and whose doing something is that surfaces outside a handler's promise: an
 * AsyncLocalStorage carries the run, so that a late throw or a `process.exit` finds the one to charge.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { HandlerDefinition } from "../../handler.ts";
import { type Board, showCulprit, showCurrent, showZombies } from "../board.ts";
import type { RunAnswer, RunRequest, ThreadMessage } from "../protocol.ts";
import { failureOf } from "./failure-of.ts";
import { createHandlerLog } from "./handler-log.ts";
import { LiveRun } from "./live-run.ts";

export interface ThreadRunsNeeds {
  board: Board;
  resultBytesMax: number;
  post(message: ThreadMessage): void;
}

export class ThreadRuns {
  readonly #needs: ThreadRunsNeeds;
  readonly #inFlight = new Set<LiveRun>();
  readonly #context = new AsyncLocalStorage<LiveRun>();
  #served = 0;
  #zombies = 0;
  #draining = false;

  constructor(needs: ThreadRunsNeeds) {
    this.#needs = needs;
  }

  /** Resolves with how the attempt ended, at the latest a moment after its deadline; never rejects. */
  run(handler: HandlerDefinition, request: RunRequest): Promise<RunAnswer> {
    return new Promise((resolve) => {
      const { board, post, resultBytesMax } = this.#needs;
      const run = new LiveRun({
        handler,
        request,
        resultBytesMax,
        log: createHandlerLog(request.run, post),
        onStack: (number) => showCurrent(board, number),
        onEnd: (answer, ended) => {
          this.#inFlight.delete(ended);
          if (!ended.returned) this.#countZombies(+1);
          resolve(answer);
        },
        onReturn: (returned) => {
          if (returned.ended) this.#countZombies(-1);
        },
      });
      this.#inFlight.add(run);
      this.#served += 1;
      if (this.#draining) run.drain();
      void this.#context.run(run, () => run.perform());
    });
  }

  /** Aborts the signal of every run, now and to come. */
  drain(): void {
    this.#draining = true;
    for (const run of this.#inFlight) run.drain();
  }

  /** The run on whose account code is running now. */
  get current(): LiveRun | undefined {
    return this.#context.getStore();
  }

  /** Something was thrown that no promise of a handler caught, by `thrower` if that is known. */
  onThrown(thrown: unknown, thrower = this.current): void {
    const run = thrower ?? this.#onlyOne();
    if (run !== undefined && !run.ended) return run.throw(thrown);
    this.#needs.post({ kind: "stray", run: run?.number, failure: failureOf(thrown) });
  }

  /** `process.exit` was called. */
  onExit(): void {
    showCulprit(this.#needs.board, (this.current ?? this.#onlyOne())?.number ?? 0);
  }

  /**
   * Where the store was lost, a run that has had the thread to itself is the one all the same. Else nobody is
   * charged on suspicion: the guilty one, should it hang, ends at its deadline.
   */
  #onlyOne(): LiveRun | undefined {
    return this.#served === 1 ? [...this.#inFlight][0] : undefined;
  }

  #countZombies(by: 1 | -1): void {
    this.#zombies += by;
    showZombies(this.#needs.board, this.#zombies);
  }
}
