/**
 * Worker threads of one piscina pool, and who runs where: piscina says that a thread died, the crew knows with
 * whom in it. Every run comes back as one ending, whatever becomes of its thread.
 */
import type { Worker } from "node:worker_threads";
import { Piscina } from "piscina";
import { messageOf } from "../errors.ts";
import type { DeathCause } from "./blame.ts";
import type { DeclarationFault, Nudge, RunAnswer, RunRequest, ThreadMessage, ThreadSetup } from "./protocol.ts";
import { Seat } from "./seat.ts";
import { SILENT_MS, type ThreadView } from "./watchdog.ts";
import { type Loading, workerEntry } from "./worker-entry.ts";

/** How a run ended, seen from here. */
export type Ending =
  | { kind: "answered"; answer: RunAnswer }
  /** It took its thread with it. */
  | { kind: "guilty"; cause: DeathCause }
  /** Its thread died, and it may have been the one. */
  | { kind: "suspect"; cause: DeathCause }
  /** Its thread died by another's doing, or the crew closed. */
  | { kind: "innocent"; cause: string };

export interface CrewOptions {
  setup: ThreadSetup;
  loading: Loading;
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

const RUN = Piscina.queueOptionsSymbol;
/** A thread that died while it was starting is not replaced at once: the next one would die at once, too. */
const START_AGAIN_MS = 1_000;

interface Task {
  [RUN]: { run: number } | null;
}

/** A thread as piscina offers it to the balancer. */
interface Candidate {
  id: number;
  currentUsage: number;
}

export class Crew {
  readonly #options: CrewOptions;
  readonly #pool: Piscina;
  readonly #seats = new Map<number, Seat>();
  readonly #seatOf = new Map<number, Seat>();
  /** Errors of threads that had a seat. */
  readonly #known = new WeakSet<Error>();
  #closed = false;
  #shortMs = 0;

  constructor(options: CrewOptions) {
    this.#options = options;
    const { threads, perThread } = options;
    this.#pool = new Piscina({
      ...workerEntry("../../workers/main", options.loading),
      name: "run",
      workerData: { hookd: options.setup },
      minThreads: options.alone ? 0 : threads,
      maxThreads: threads,
      idleTimeout: 1_000,
      concurrentTasksPerWorker: options.alone ? 1 : perThread,
      maxQueue: threads * perThread * 2,
      // With Atomics.wait an idle thread sleeps: its beat stops, and so do timers that a handler left behind.
      atomics: "disabled",
      recordTiming: false,
      resourceLimits: { maxOldGenerationSizeMb: heapMegabytes(options.memoryBytes) },
      loadBalancer: (task, workers) => this.#choose(task as unknown as Task, workers),
    });
    this.#pool.on("message", (message: ThreadMessage) => this.#onMessage(message));
    this.#pool.on("error", (error: Error) => this.#onError(error));
    for (const worker of this.#pool.threads) {
      worker.once("exit", (code) => this.#failToStart(worker, `exit code ${code}`));
    }
  }

  /** Runs one attempt; never rejects. */
  async attempt(request: RunRequest): Promise<Ending> {
    if (this.#closed) return { kind: "innocent", cause: "close" };
    try {
      const task = Object.assign(request, { [RUN]: { run: request.run } });
      return { kind: "answered", answer: await this.#pool.run(task) as RunAnswer };
    } catch (error) {
      return this.#endingOf(request.run, error);
    } finally {
      this.#leave(request.run);
    }
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
    if (seat.isEmpty) seat.kill("stuck", "replaced: too many handlers in it never returned");
  }

  threads(): { idle: number; busy: number; starting: number } {
    const seats = [...this.#seats.values()];
    const busy = seats.filter(({ isEmpty }) => !isEmpty).length;
    return { busy, idle: seats.length - busy, starting: Math.max(0, this.#pool.threads.length - seats.length) };
  }

  /** Ends all threads; runs in them end as innocent. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#pool.destroy();
  }

  #onMessage(message: ThreadMessage): void {
    if (message.kind !== "ready") return this.#options.onMessage(message);
    const worker = this.#pool.threads.find(({ threadId }) => threadId === message.thread);
    if (worker === undefined) return;
    const seat = new Seat({ thread: message.thread, worker, board: new Int32Array(message.board) });
    this.#seats.set(seat.thread, seat);
    worker.once("error", (error) => {
      this.#known.add(error);
      seat.sawDeath(error);
    });
    worker.once("exit", (code) => this.#gone(seat, code));
    this.#options.onReady(seat.thread, message.faults);
  }

  /** The least busy thread; one whose loop has been silent for a while only if there is no other. */
  #choose<T extends Candidate>(task: Task, candidates: readonly T[]): T | null {
    const usageMax = this.#options.alone ? 1 : this.#options.perThread;
    let best: { candidate: T; seat: Seat; rank: number } | undefined;
    for (const candidate of candidates) {
      const seat = this.#seats.get(candidate.id);
      if (seat === undefined || !seat.takesRuns) continue;
      const usage = candidate.currentUsage;
      const rank = seat.staleMs < SILENT_MS ? usage : usage + usageMax;
      if (usage < usageMax && (best === undefined || rank < best.rank)) best = { candidate, seat, rank };
    }
    if (best === undefined) return null;
    const run = task[RUN]?.run;
    if (run !== undefined) this.#enter(best.seat, run);
    return best.candidate;
  }

  #enter(seat: Seat, run: number): void {
    seat.enter(run);
    if (this.#options.alone) seat.retiring = true;
    this.#seatOf.set(run, seat);
  }

  #leave(run: number): void {
    const seat = this.#seatOf.get(run);
    if (seat === undefined) return;
    this.#seatOf.delete(run);
    seat.leave(run);
    if (!seat.retiring || !seat.isEmpty) return;
    if (this.#options.alone) void seat.worker.terminate();
    else this.retire(seat.thread);
  }

  #endingOf(run: number, error: unknown): Ending {
    const seat = this.#seatOf.get(run);
    if (this.#closed) return { kind: "innocent", cause: "close" };
    if (seat === undefined) return { kind: "innocent", cause: messageOf(error) };
    seat.sawDeath(error);
    const { guilty, suspects } = seat.verdict();
    const cause = seat.death?.cause ?? "error";
    if (guilty === run) return { kind: "guilty", cause };
    return suspects.includes(run) ? { kind: "suspect", cause } : { kind: "innocent", cause };
  }

  #gone(seat: Seat, code: number): void {
    this.#seats.delete(seat.thread);
    if (this.#closed) return;
    // A thread without runs in the crew of the suspects goes because it is not needed.
    if (!this.#options.alone || !seat.isEmpty) seat.sawDeath(new Error(`exit code ${code}`));
    if (seat.death !== undefined) this.#options.onDeath(seat.thread, seat.death.cause, seat.death.detail);
    if (this.#pool.queueSize > 0) this.#nudge();
  }

  /** Piscina tells here of threads that died without a run in them; those that had a seat tell it themselves. */
  #onError(error: Error): void {
    setImmediate(() => {
      if (!this.#known.has(error) && !this.#closed) this.#options.onStartFailed(messageOf(error));
    });
  }

  #failToStart(worker: Worker, message: string): void {
    const ready = [...this.#seats.values()].some((seat) => seat.worker === worker);
    if (!ready && !this.#closed) this.#options.onStartFailed(message);
  }

  /** Piscina replaces a dead thread, but not one that died while it was starting, and it forgets its queue then. */
  #replaceMissing(elapsedMs: number): void {
    const missing = this.#pool.queueSize > 0 && this.#pool.threads.length < this.#options.threads;
    this.#shortMs = missing ? this.#shortMs + elapsedMs : 0;
    if (this.#shortMs < START_AGAIN_MS) return;
    this.#shortMs = 0;
    this.#nudge();
  }

  #nudge(): void {
    const nudge: Nudge = { kind: "nudge" };
    this.#pool.run(nudge).catch(() => {});
  }
}

/** Deno does not always tell that a thread met its heap limit: there the watch has to be first, at half of it. */
function heapMegabytes(memoryBytes: number): number {
  return Math.ceil(memoryBytes / 2 ** 20) * ("Deno" in globalThis ? 2 : 1);
}
