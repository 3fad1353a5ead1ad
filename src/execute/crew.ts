/**
 * Worker threads of one piscina pool, and who runs where. Piscina starts, replaces and bounds the threads; runs
 * reach them by a port of their own, those of one turn of the event loop in one message. Every run comes back
 * as one ending, whatever becomes of its thread.
 */
import type { Worker } from "node:worker_threads";
import { Piscina } from "piscina";
import { messageOf } from "../errors.ts";
import type { DeathCause } from "./blame.ts";
import type { DeclarationFault, Nudge, ThreadMessage, ThreadSetup } from "./protocol.ts";
import type { AnswerBatch } from "./run-batch.ts";
import { type Run, Seat } from "./seat.ts";
import { SILENT_MS, type ThreadView } from "./watchdog.ts";
import { workerEntry } from "./worker-entry.ts";

export interface CrewOptions {
  setup: ThreadSetup;
  threads: number;
  perThread: number;
  memoryBytes: number;
  /** Each thread serves one run and goes; none is started before it is needed. */
  alone: boolean;
  onMessage(message: Exclude<ThreadMessage, { kind: "ready" }>): void;
  onReady(thread: number, faults: readonly DeclarationFault[]): void;
  /** A thread ended before it was ready. */
  onStartFailed(message: string): void;
  /** A thread is gone that was not asked to go. */
  onDeath(thread: number, cause: DeathCause, detail: string): void;
}

/** A thread that died while it was starting is not replaced at once: the next one would die at once, too. */
const START_AGAIN_MS = 1_000;

export class Crew {
  readonly #options: CrewOptions;
  readonly #pool: Piscina;
  readonly #seats = new Map<number, Seat>();
  /** Runs that found no thread with room, in order. */
  readonly #waiting: Run[] = [];
  /** Errors of threads that had a seat. */
  readonly #known = new WeakSet<Error>();
  #sends = false;
  #closed = false;
  #shortMs = 0;

  constructor(options: CrewOptions) {
    this.#options = options;
    const { threads } = options;
    this.#pool = new Piscina({
      ...workerEntry("../../workers/main", options.setup.loading),
      name: "run",
      workerData: { hookd: options.setup },
      minThreads: options.alone ? 0 : threads,
      maxThreads: threads,
      // Piscina does not see the runs, so that each thread would look idle to it.
      idleTimeout: Infinity,
      // With Atomics.wait a thread without tasks sleeps: its beat stops, and so does all that handlers left behind.
      atomics: "disabled",
      recordTiming: false,
      resourceLimits: { maxOldGenerationSizeMb: heapMegabytes(options.memoryBytes) },
      // Only nudges ask for a thread, and one that is missing must not find another.
      loadBalancer: (_task, workers) => this.#isShort() ? null : workers.find(({ id }) => this.#seats.has(id)) ?? null,
    });
    this.#pool.on("message", (message: ThreadMessage) => this.#onMessage(message));
    this.#pool.on("error", (error: Error) => this.#onError(error));
    for (const worker of this.#pool.threads) {
      worker.once("exit", (code) => this.#failToStart(worker, `exit code ${code}`));
    }
  }

  /** Runs one attempt, and tells the run how it ended. */
  attempt(run: Run): void {
    if (this.#closed) return run.end({ kind: "innocent", cause: "close" });
    this.#waiting.push(run);
    this.#seatWaiting();
    if (this.#options.alone && this.#isShort()) this.#nudge();
  }

  /** What the boards show now; `elapsedMs` since the last look. */
  look(elapsedMs: number): ThreadView[] {
    this.#replaceMissing(elapsedMs);
    return [...this.#seats.values()].filter(({ death }) => death === undefined).map((seat) => seat.look(elapsedMs));
  }

  kill(thread: number, cause: DeathCause, detail: string): void {
    this.#seats.get(thread)?.kill(cause, detail);
  }

  /** The thread takes no more runs, and is replaced when the last one in it has ended. */
  retire(thread: number): void {
    const seat = this.#seats.get(thread);
    if (seat === undefined) return;
    seat.retiring = true;
    if (seat.load === 0) seat.kill("stuck", "replaced: too many handlers in it never returned");
  }

  threads(): { idle: number; busy: number; starting: number } {
    const seats = [...this.#seats.values()];
    const busy = seats.filter(({ load }) => load > 0).length;
    return { busy, idle: seats.length - busy, starting: Math.max(0, this.#pool.threads.length - seats.length) };
  }

  /** Ends all threads; runs in them end as innocent. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const run of this.#waiting.splice(0)) run.end({ kind: "innocent", cause: "close" });
    for (const seat of this.#seats.values()) seat.abandon("close");
    await this.#pool.destroy();
  }

  #onMessage(message: ThreadMessage): void {
    if (message.kind !== "ready") return this.#options.onMessage(message);
    const { thread, port } = message;
    const worker = this.#pool.threads.find(({ threadId }) => threadId === thread);
    if (worker === undefined || this.#closed) return port.close();
    const seat = new Seat({ thread, worker, board: new Int32Array(message.board), port });
    this.#seats.set(thread, seat);
    // Piscina does not wait for a thread without tasks; its end is to be told, even if it is the last thing to happen.
    worker.ref();
    worker.once("error", (error) => {
      this.#known.add(error);
      seat.sawDeath(error);
    });
    worker.once("exit", (code) => this.#gone(seat, code));
    // A port that comes from a thread is the web's under Deno: it knows no `on`. Node's knows both.
    const answered = ({ data }: { data: AnswerBatch }) => this.#onAnswers(seat, data);
    Object.assign(port, { onmessage: answered });
    this.#options.onReady(thread, message.faults);
    this.#seatWaiting();
    if (!this.#options.alone || seat.load > 0) return;
    seat.retiring = true;
    void worker.terminate();
  }

  #onAnswers(seat: Seat, answers: AnswerBatch): void {
    seat.answer(answers);
    if (seat.retiring && seat.load === 0) {
      if (this.#options.alone) void seat.worker.terminate();
      else this.retire(seat.thread);
    }
    this.#seatWaiting();
  }

  #seatWaiting(): void {
    while (this.#waiting.length > 0) {
      const seat = this.#choose();
      if (seat === undefined) return;
      seat.enter(this.#waiting.shift()!);
      if (this.#options.alone) seat.retiring = true;
      this.#sendSoon();
    }
  }

  /** The least busy thread with room; one whose loop has been silent for a while only if there is no other. */
  #choose(): Seat | undefined {
    const loadMax = this.#options.alone ? 1 : this.#options.perThread;
    let best: Seat | undefined;
    let bestRank = Infinity;
    for (const seat of this.#seats.values()) {
      const rank = seat.staleMs < SILENT_MS ? seat.load : seat.load + loadMax;
      if (!seat.takesRuns || seat.load >= loadMax || rank >= bestRank) continue;
      best = seat;
      bestRank = rank;
    }
    return best;
  }

  /** At the end of this turn of the event loop: a lone run is not held up, and those of a claim go together. */
  #sendSoon(): void {
    if (this.#sends) return;
    this.#sends = true;
    setImmediate(() => {
      this.#sends = false;
      for (const seat of this.#seats.values()) seat.send();
    });
  }

  #gone(seat: Seat, code: number): void {
    this.#seats.delete(seat.thread);
    if (this.#closed) return;
    this.#waiting.unshift(...seat.takeBack());
    // A thread without runs in the crew of the suspects goes because it is not needed.
    if (!this.#options.alone || seat.load > 0) seat.sawDeath(new Error(`exit code ${code}`));
    seat.bury();
    if (seat.death !== undefined) this.#options.onDeath(seat.thread, seat.death.cause, seat.death.detail);
    this.#seatWaiting();
    if (this.#options.alone && this.#isShort()) this.#nudge();
  }

  /** Piscina tells here of threads that died; those that had a seat tell it themselves. */
  #onError(error: Error): void {
    setImmediate(() => {
      if (!this.#known.has(error) && !this.#closed) this.#options.onStartFailed(messageOf(error));
    });
  }

  #failToStart(worker: Worker, message: string): void {
    const ready = [...this.#seats.values()].some((seat) => seat.worker === worker);
    if (!ready && !this.#closed) this.#options.onStartFailed(message);
  }

  /** Whether a thread is missing. */
  #isShort(): boolean {
    const { alone, threads } = this.#options;
    const needed = alone ? this.#waiting.length + this.threads().busy : threads;
    return this.#pool.threads.length < Math.min(needed, threads);
  }

  /** Piscina replaces a dead thread, but not one that died while it was starting. */
  #replaceMissing(elapsedMs: number): void {
    this.#shortMs = this.#waiting.length > 0 && this.#isShort() ? this.#shortMs + elapsedMs : 0;
    if (this.#shortMs < START_AGAIN_MS) return;
    this.#shortMs = 0;
    this.#nudge();
  }

  #nudge(): void {
    const nudge: Nudge = { kind: "nudge" };
    this.#pool.run(nudge).catch(() => {});
  }
}

/**
 * The watch has to be first, at half of it: V8 that meets its limit while it takes down a thread, or within one large
 * allocation, aborts the process (nodejs/node#65019), and Deno does not always tell that a thread met it.
 */
function heapMegabytes(memoryBytes: number): number {
  return Math.ceil(memoryBytes / 2 ** 20) * 2;
}
