/**
 * One worker thread as the main thread knows it: the runs in it, its signs of life, and, when it dies, why and
 * who is to blame. It remembers whom it held until all of them have their verdict.
 */
import { type MessagePort, receiveMessageOnPort, type Worker } from "node:worker_threads";
import { messageOf, systemCode } from "../errors.ts";
import { blame, type DeathCause, type Verdict } from "./blame.ts";
import { type Board, readBoard } from "./board.ts";
import type { RunAnswer } from "./protocol.ts";
import { type AnswerBatch, type Packable, packRuns } from "./run-batch.ts";
import type { ThreadView } from "./watchdog.ts";

/** How a run ended, seen from here. */
export type Ending =
  | { kind: "answered"; answer: RunAnswer }
  /** It took its thread with it. */
  | { kind: "guilty"; cause: DeathCause }
  /** Its thread died, and it may have been the one. */
  | { kind: "suspect"; cause: DeathCause }
  /** Its thread died by another's doing, or the crew closed. */
  | { kind: "innocent"; cause: string };

/** A run on its way, and who is told how it ended. */
export interface Run extends Packable {
  /** Called once. */
  end(ending: Ending): void;
}

export interface SeatNeeds {
  thread: number;
  worker: Worker;
  board: Board;
  port: MessagePort;
}

export class Seat {
  readonly thread: number;
  readonly worker: Worker;
  readonly #board: Board;
  readonly #port: MessagePort;
  /**
   * In the order in which they entered, which is mostly that of their answers. No `Map`: its old tables, once they
   * are old, keep alive what the later ones held.
   */
  readonly #runs: Run[] = [];
  /** Runs that entered in this turn of the event loop; `send` posts them together. */
  #unsent: Run[] = [];
  #served = 0;
  #beat = 0;
  #memoryBytes = 0;
  #death: { cause: DeathCause; detail: string } | undefined;
  /** How long its event loop has shown no sign of life, as of the last look. */
  staleMs = 0;
  /** Takes no more runs, and goes when its last has ended. */
  retiring = false;

  constructor({ thread, worker, board, port }: SeatNeeds) {
    this.thread = thread;
    this.worker = worker;
    this.#board = board;
    this.#port = port;
  }

  get takesRuns(): boolean {
    return !this.retiring && this.#death === undefined;
  }

  /** Runs in it. */
  get load(): number {
    return this.#runs.length;
  }

  /** Why it dies or died; undefined while it lives, and if it goes because it is not needed. */
  get death(): { cause: DeathCause; detail: string } | undefined {
    return this.#death;
  }

  enter(run: Run): void {
    this.#runs.push(run);
    this.#unsent.push(run);
  }

  /** Posts what has entered since the last time, in as few messages as its size allows. */
  send(): void {
    const unsent = this.#unsent;
    if (unsent.length === 0 || this.#death !== undefined) return;
    this.#unsent = [];
    this.#served += unsent.length;
    for (let from = 0; from < unsent.length;) {
      const { batch, next } = packRuns(unsent, from);
      this.#port.postMessage(batch, batch[0] === undefined ? [] : [batch[0]]);
      from = next;
    }
  }

  /** Runs that have entered and were never posted: they leave. */
  takeBack(): Run[] {
    const unsent = this.#unsent;
    this.#unsent = [];
    for (const { number } of unsent) this.#leave(number);
    return unsent;
  }

  /** Ends the runs that are answered. */
  answer(answers: AnswerBatch): void {
    for (let i = 0; i + 1 < answers.length; i += 2) {
      const run = this.#leave(answers[i] as number);
      const answer = answers[i + 1] as string | RunAnswer;
      run?.end({ kind: "answered", answer: typeof answer === "string" ? { kind: "ok", result: answer } : answer });
    }
  }

  /** The thread is gone. Who was answered before is done; each of the others gets its own verdict. */
  bury(): void {
    // The port may hold what the thread posted last: a run that has ended must not run again.
    for (let last; (last = receiveMessageOnPort(this.#port)) !== undefined;) this.answer(last.message as AnswerBatch);
    this.#port.close();
    const { guilty, suspects } = this.verdict();
    const cause = this.#death?.cause ?? "error";
    for (const number of this.#inFlight()) {
      const kind = number === guilty ? "guilty" : suspects.includes(number) ? "suspect" : "innocent";
      this.#leave(number)?.end({ kind, cause });
    }
  }

  /** Nobody waits for the runs any more. */
  abandon(cause: string): void {
    this.#unsent = [];
    this.#port.close();
    for (const number of this.#inFlight()) this.#leave(number)?.end({ kind: "innocent", cause });
  }

  /** Reads the board; `elapsedMs` since the last look. */
  look(elapsedMs: number): ThreadView {
    const { beat, memoryBytes, zombies } = readBoard(this.#board);
    this.staleMs = beat === this.#beat ? this.staleMs + elapsedMs : 0;
    // The lower of two looks: a peak of garbage just before it is collected is not a leak.
    const lowerBytes = Math.min(this.#memoryBytes, memoryBytes);
    this.#beat = beat;
    this.#memoryBytes = memoryBytes;
    return { thread: this.thread, staleMs: this.staleMs, memoryBytes: lowerBytes, zombies, inFlight: this.load };
  }

  /** Ends the thread, for `cause`, whatever runs in it. */
  kill(cause: DeathCause, detail: string): void {
    if (this.#death !== undefined) return;
    this.#death = { cause, detail };
    void this.worker.terminate();
  }

  /** Notes what the thread died of, unless that is known. */
  sawDeath(error: unknown): void {
    const oom = systemCode(error) === "ERR_WORKER_OUT_OF_MEMORY";
    const cause = oom ? "oom" : readBoard(this.#board).culprit !== 0 ? "exit" : "error";
    this.#death ??= { cause, detail: messageOf(error) };
  }

  /** Who is to blame for the death. */
  verdict(): Verdict {
    const { culprit, current } = readBoard(this.#board);
    const cause = this.#death?.cause ?? "error";
    return blame({ cause, culprit, current, inFlight: this.#inFlight(), served: this.#served });
  }

  #inFlight(): number[] {
    return this.#runs.map(({ number }) => number);
  }

  #leave(number: number): Run | undefined {
    const runs = this.#runs;
    let at = 0;
    while (at < runs.length && runs[at]!.number !== number) at += 1;
    const run = runs[at];
    if (at === 0) runs.shift();
    else runs.splice(at, 1);
    return run;
  }
}
