/**
 * Third room of the path: its turn -> one attempt in a worker thread -> an outcome. It promises that an attempt
 * always ends, that a handler which harms its thread costs only its own event an attempt, and that nothing a
 * handler does reaches the main thread.
 */
import process from "node:process";
import type { Config } from "../config.ts";
import { HookdError } from "../errors.ts";
import type { Delivery, Outcome, UnixMs } from "../model.ts";
import type { Attempted, Clock, Emit, HandlerEntry } from "../ports.ts";
import { Crew, type CrewOptions } from "./crew.ts";
import { failureOfDeath } from "./death-failure.ts";
import { Killers } from "./killers.ts";
import type { HandlerFolder } from "./discover-handlers.ts";
import type { DeclarationFault, RunRequest, ThreadMessage } from "./protocol.ts";
import { RecentRuns } from "./recent-runs.ts";
import { HEADER_END } from "./run-batch.ts";
import type { Ending } from "./seat.ts";
import { judge, SILENT_MS, type ThreadLimits, type ThreadView } from "./watchdog.ts";

export interface HandlerPoolOptions {
  /** As `discoverHandlers` found them. */
  handlers: HandlerFolder;
  pool: Config["pool"];
  emit: Emit;
  clock: Clock;
}

export interface RunPlan {
  entry: HandlerEntry;
  timeoutMs: number;
  /** JSON pointer into the body, or undefined for the body as text. */
  dataPointer: string | undefined;
}

/** A run, and who waits for it. */
interface Asked {
  delivery: Delivery;
  plan: RunPlan;
  startedAt: UnixMs;
  resolve(attempted: Attempted): void;
}

/** How long the first threads may take to import the handlers. */
const START_MS_MAX = 60_000;
const RUN_NUMBER_MAX = 2 ** 31 - 1;

export class HandlerPool {
  readonly #options: HandlerPoolOptions;
  readonly #limits: ThreadLimits;
  readonly #drain = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  readonly #recent = new RecentRuns();
  readonly #killers = new Killers();
  readonly #crew: Crew;
  /** Where suspects run, each alone in a fresh thread; opened when there is one. */
  #quarantine: Crew | undefined;
  #stopTick: (() => void) | undefined;
  #lastRun = 0;
  #closed = false;
  #starting: { ready: number; faults: DeclarationFault[]; resolve(): void; reject(error: Error): void } | undefined;

  /** Rejects with `ERR_HANDLER_INVALID` or `ERR_POOL_FAILED` if a thread does not come up with all handlers. */
  static async open(options: HandlerPoolOptions): Promise<HandlerPool> {
    const pool = new HandlerPool(options);
    try {
      await pool.#started();
    } catch (error) {
      await pool.close();
      throw error;
    }
    return pool;
  }

  private constructor(options: HandlerPoolOptions) {
    this.#options = options;
    const { pool } = options;
    this.#limits = {
      stuckAfterMs: pool.stuckAfterMs,
      memoryBytes: pool.memoryBytes,
      zombiesMax: pool.perThread,
      rssBytesMax: process.memoryUsage.rss() + pool.threads * pool.memoryBytes * 2,
    };
    this.#crew = new Crew(this.#crewOptions(false));
  }

  /** One attempt; never rejects. What did not end by the handler's own doing is `interrupted`. */
  run(delivery: Delivery, plan: RunPlan): Promise<Attempted> {
    return new Promise((resolve) => {
      this.#attempt({ delivery, plan, startedAt: 0, resolve }, this.#killers.has(delivery.event.id));
    });
  }

  #attempt(asked: Asked, alone: boolean): void {
    asked.startedAt = this.#options.clock.now();
    if (this.#closed) return this.#ended(asked, { kind: "innocent", cause: "close" });
    const request = this.#request(asked.delivery, asked.plan);
    const crew = alone ? this.#quarantine ??= new Crew(this.#crewOptions(true)) : this.#crew;
    crew.attempt({ request, end: (ending) => this.#ended(asked, ending) });
  }

  #ended(asked: Asked, ending: Ending): void {
    const outcome = this.#outcomeOf(asked, ending);
    if (outcome === undefined) return this.#attempt(asked, true);
    const { startedAt } = asked;
    asked.resolve({ outcome, startedAt, durationMs: this.#options.clock.now() - startedAt });
  }

  /** Undefined for a suspect: it runs again, alone. */
  #outcomeOf({ delivery }: Asked, ending: Ending): Outcome | undefined {
    switch (ending.kind) {
      case "answered":
        return ending.answer;
      case "guilty":
        this.#killers.add(delivery.event.id);
        return { kind: "failed", failure: failureOfDeath(ending.cause, this.#limits) };
      case "innocent":
        return { kind: "interrupted", cause: ending.cause };
      case "suspect":
        return undefined;
    }
  }

  threads(): { idle: number; busy: number; starting: number } {
    const crew = this.#crew.threads();
    const alone = this.#quarantine?.threads();
    return { ...crew, busy: crew.busy + (alone?.busy ?? 0), starting: crew.starting + (alone?.starting ?? 0) };
  }

  /** Aborts `context.signal` of every run, now and to come; a handler that heeds it ends as `interrupted`. */
  abortAll(): void {
    Atomics.store(this.#drain, 0, 1);
  }

  /** Ends all threads, whatever runs in them; such runs end as `interrupted`. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#stopTick?.();
    await Promise.all([this.#crew.close(), this.#quarantine?.close()]);
  }

  async #started(): Promise<void> {
    const { clock, pool } = this.#options;
    let cancel = () => {};
    const faults: DeclarationFault[] = [];
    await new Promise<void>((resolve, reject) => {
      this.#starting = { ready: 0, faults, resolve, reject };
      const late = `The worker threads did not import the handlers within ${START_MS_MAX} ms`;
      cancel = clock.after(START_MS_MAX, () => reject(new HookdError("ERR_POOL_FAILED", late)));
    }).finally(cancel);
    this.#starting = undefined;
    this.#tick(Math.max(10, Math.min(100, pool.stuckAfterMs / 4)));
    if (faults.length === 0) return;
    const list = faults.map(({ file, line, message }) => `${file}:${line ?? 1} ${message}`).join("\n");
    throw new HookdError("ERR_HANDLER_INVALID", `Handler files failed in a worker thread:\n${list}`);
  }

  /** Looks at all threads every `ms`. Time counts by ticks, so that a pause of the whole process kills nobody. */
  #tick(ms: number): void {
    const { clock } = this.#options;
    let last = clock.now();
    const look = () => {
      const now = clock.now();
      const elapsedMs = Math.max(0, Math.min(now - last, 2 * ms));
      last = now;
      this.#supervise(elapsedMs);
      this.#stopTick = clock.after(ms, look);
    };
    this.#stopTick = clock.after(ms, look);
  }

  #supervise(elapsedMs: number): void {
    const crews = [this.#crew, ...(this.#quarantine === undefined ? [] : [this.#quarantine])];
    const views = crews.flatMap((crew) => crew.look(elapsedMs));
    for (const sentence of judge(views, this.#limits, process.memoryUsage.rss())) {
      const view = views.find(({ thread }) => thread === sentence.thread);
      for (const crew of crews) {
        if (sentence.kind === "retire") crew.retire(sentence.thread);
        else crew.kill(sentence.thread, sentence.cause, detailOf(view!));
      }
    }
  }

  #crewOptions(alone: boolean): CrewOptions {
    const { handlers: { files, sources, loading }, pool, emit } = this.#options;
    return {
      loading,
      setup: { files, sources, drain: this.#drain.buffer, resultBytesMax: pool.resultBytesMax },
      threads: pool.threads,
      perThread: pool.perThread,
      memoryBytes: pool.memoryBytes,
      alone,
      onMessage: (message) => this.#onMessage(message),
      onReady: (thread, faults) => this.#onReady(thread, faults),
      onStartFailed: (message) => this.#onStartFailed(`A worker thread ended while it was starting: ${message}`),
      onDeath: (thread, cause, detail) => emit({ kind: "worker-restarted", cause, thread, detail }),
    };
  }

  #onReady(thread: number, faults: readonly DeclarationFault[]): void {
    this.#options.emit({ kind: "worker-started", thread });
    const starting = this.#starting;
    if (starting === undefined) return;
    starting.ready += 1;
    starting.faults.splice(0, Infinity, ...faults);
    if (starting.ready === this.#options.pool.threads) starting.resolve();
  }

  #onStartFailed(message: string): void {
    if (this.#starting !== undefined) this.#starting.reject(new HookdError("ERR_POOL_FAILED", message));
    else this.#options.emit({ kind: "internal-error", where: "execute", message });
  }

  #onMessage(message: Exclude<ThreadMessage, { kind: "ready" }>): void {
    const event = message.run === undefined ? undefined : this.#recent.find(message.run);
    if (message.kind === "stray") {
      const { code, message: text } = message.failure;
      this.#options.emit({ kind: "stray-throw", eventId: event?.id, message: `${code}: ${text}` });
    } else if (event !== undefined) {
      const { level, message: text, fields } = message;
      const parsed = fields === undefined ? {} : { fields: JSON.parse(fields) as Record<string, unknown> };
      this.#options.emit({ kind: "handler-log", eventId: event.id, type: event.type, level, message: text, ...parsed });
    }
  }

  #request({ event, attempt }: Delivery, { entry, timeoutMs, dataPointer }: RunPlan): RunRequest {
    this.#lastRun = this.#lastRun === RUN_NUMBER_MAX ? 1 : this.#lastRun + 1;
    this.#recent.add(this.#lastRun, event);
    return {
      run: this.#lastRun,
      file: entry.file,
      timeoutMs,
      attempt,
      id: event.id,
      source: event.source,
      type: event.type,
      key: event.key,
      orderingKey: event.orderingKey,
      receivedAt: event.receivedAt,
      headers: event.headers.join(HEADER_END),
      dataPointer,
      body: event.body,
    };
  }
}

function detailOf(view: ThreadView): string {
  const blocked = "Deno" in globalThis && view.staleMs >= SILENT_MS;
  const frank = "; Deno 2.9 cannot end a thread that is blocked: it uses up a core until hookd is restarted";
  return `silent for ${view.staleMs} ms, ${view.memoryBytes} bytes, ${view.inFlight} runs${blocked ? frank : ""}`;
}
