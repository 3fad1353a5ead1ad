/**
 * One worker thread as the main thread knows it: the runs in it, its signs of life, and, when it dies, why and
 * who is to blame. It remembers whom it held until all of them have their verdict.
 */
import type { Worker } from "node:worker_threads";
import { messageOf, systemCode } from "../errors.ts";
import { blame, type DeathCause, type Verdict } from "./blame.ts";
import { type Board, readBoard } from "./board.ts";
import type { ThreadView } from "./watchdog.ts";

export interface SeatNeeds {
  thread: number;
  worker: Worker;
  board: Board;
}

export class Seat {
  readonly thread: number;
  readonly worker: Worker;
  readonly #board: Board;
  readonly #runs = new Set<number>();
  #served = 0;
  #beat = 0;
  #memoryBytes = 0;
  #death: { cause: DeathCause; detail: string } | undefined;
  #verdict: Verdict | undefined;
  /** How long its event loop has shown no sign of life, as of the last look. */
  staleMs = 0;
  /** Takes no more runs, and goes when its last has ended. */
  retiring = false;

  constructor({ thread, worker, board }: SeatNeeds) {
    this.thread = thread;
    this.worker = worker;
    this.#board = board;
  }

  get takesRuns(): boolean {
    return !this.retiring && this.#death === undefined;
  }

  get isEmpty(): boolean {
    return this.#runs.size === 0;
  }

  /** Why it dies or died; undefined while it lives, and if it goes because it is not needed. */
  get death(): { cause: DeathCause; detail: string } | undefined {
    return this.#death;
  }

  enter(run: number): void {
    this.#runs.add(run);
    this.#served += 1;
  }

  leave(run: number): void {
    this.#runs.delete(run);
  }

  /** Reads the board; `elapsedMs` since the last look. */
  look(elapsedMs: number): ThreadView {
    const { beat, memoryBytes, zombies } = readBoard(this.#board);
    this.staleMs = beat === this.#beat ? this.staleMs + elapsedMs : 0;
    // The lower of two looks: a peak of garbage just before it is collected is not a leak.
    const lowerBytes = Math.min(this.#memoryBytes, memoryBytes);
    this.#beat = beat;
    this.#memoryBytes = memoryBytes;
    return { thread: this.thread, staleMs: this.staleMs, memoryBytes: lowerBytes, zombies, inFlight: this.#runs.size };
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

  /** Who is to blame for the death. Decided once, while all who were in the thread are still on the list. */
  verdict(): Verdict {
    const { culprit, current } = readBoard(this.#board);
    const cause = this.#death?.cause ?? "error";
    return this.#verdict ??= blame({ cause, culprit, current, inFlight: [...this.#runs], served: this.#served });
  }
}
