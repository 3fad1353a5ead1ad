/**
 * All runs of one worker thread, and whose doing something is that surfaces outside a handler's promise: an
 * AsyncLocalStorage carries the run, so that a late throw or a `process.exit` finds the one to charge.
 */
import { AsyncLocalStorage } from "node:async_hooks";
// Not the global one, which a handler may have replaced.
import { setImmediate } from "node:timers";
import type { HandlerDefinition } from "../../handler.ts";
import { type Board, showCulprit, showCurrent, showZombies } from "../board.ts";
import type { RunAnswer, RunRequest, ThreadMessage } from "../protocol.ts";
import type { AnswerBatch } from "../run-batch.ts";
import { failureOf } from "./failure-of.ts";
import { InFlight } from "./in-flight.ts";
import { LiveRun, type LiveRunNeeds } from "./live-run.ts";
import { Outbox } from "./outbox.ts";

export interface ThreadRunsNeeds {
  board: Board;
  resultBytesMax: number;
  /** Undefined if the file could not be imported in this thread. */
  handlerOf(file: number): HandlerDefinition | undefined;
  post(message: ThreadMessage): void;
  /** `performance.now`. */
  now(): number;
  /** Called with the answers of one turn of the event loop. */
  answer(answers: AnswerBatch): void;
}

/** Runs are begun for so long in one turn of the event loop; then timers, sockets and answers have theirs. */
const BEGIN_MS_MAX = 1;
/** A first run that was slow because its code was cold must not cost for ever. */
const TRUST_AFTER = 64;

export class ThreadRuns {
  readonly #needs: ThreadRunsNeeds;
  readonly #outbox: Outbox;
  readonly #inFlight = new InFlight();
  readonly #context = new AsyncLocalStorage<LiveRun>();
  readonly #shared: LiveRunNeeds;
  /** Runs that have arrived and not begun, the next one last. */
  #due: RunRequest[] = [];
  /** Files whose handler has held the thread for long, each with how often it has to begin well to be trusted. */
  readonly #slow = new Map<number, number>();
  #served = 0;
  #zombies = 0;
  #draining = false;

  constructor(needs: ThreadRunsNeeds) {
    this.#needs = needs;
    this.#outbox = new Outbox((answers) => needs.answer(answers));
    this.#shared = {
      inFlight: this.#inFlight,
      resultBytesMax: needs.resultBytesMax,
      log: (line) => needs.post(line),
      onStack: (number) => showCurrent(needs.board, number),
      onEnd: (run, answer) => {
        if (!run.returned) this.#countZombies(+1);
        this.#outbox.add(run.number, answer);
      },
      onReturn: (run) => {
        if (run.ended) this.#countZombies(-1);
      },
    };
  }

  /** Runs attempts; each is answered when it ends, at the latest a moment after its deadline. */
  take(requests: readonly RunRequest[]): void {
    const idle = this.#due.length === 0;
    this.#due = [...requests].reverse().concat(this.#due);
    if (idle) this.#beginDue();
  }

  /**
   * A batch is a way to travel, not to run: a handler that holds the thread is begun when the answers of those
   * before it are out, and those after it do not begin in the same turn.
   */
  #beginDue(): void {
    this.#outbox.flush();
    const { now: clock } = this.#needs;
    const began = clock();
    let now = began;
    for (let request; (request = this.#due.at(-1)) !== undefined; this.#due.pop()) {
      if (now - began > BEGIN_MS_MAX || now > began && this.#slow.has(request.file)) break;
      this.#begin(request);
      const before = now;
      now = clock();
      if (now - before > BEGIN_MS_MAX) this.#slow.set(request.file, TRUST_AFTER);
      else if (this.#slow.size > 0) this.#trust(request.file);
    }
    if (this.#due.length > 0) setImmediate(() => this.#beginDue());
  }

  #trust(file: number): void {
    const left = (this.#slow.get(file) ?? 0) - 1;
    if (left > 0) this.#slow.set(file, left);
    else this.#slow.delete(file);
  }

  #begin(request: RunRequest): void {
    const handler = this.#needs.handlerOf(request.file);
    if (handler === undefined) return this.#outbox.add(request.run, notLoaded(request));
    const run = new LiveRun(this.#shared, handler, request);
    this.#served += 1;
    if (this.#draining) run.drain();
    this.#context.run(run, perform, run);
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
    this.#needs.post({ kind: "stray", eventId: run?.request.id, failure: failureOf(thrown) });
  }

  /** `process.exit` was called. */
  onExit(): void {
    this.#outbox.flush();
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

function perform(run: LiveRun): void {
  run.perform();
}

/** Only if the file changed since it was discovered. */
function notLoaded(request: RunRequest): RunAnswer {
  const message = `The handler file of ${request.type} could not be imported when its thread was replaced`;
  return { kind: "failed", failure: { code: "ERR_HANDLER_INVALID", message } };
}
