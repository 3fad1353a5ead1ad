/**
 * Third room of the path: its turn -> one attempt in a worker thread -> an outcome. It promises that an attempt
 * always ends, that a handler which harms its thread costs only its own event an attempt, and that nothing a
 * handler does reaches the main thread.
 */
import process from "node:process";
import type { Config } from "../config.ts";
import { HookdError } from "../errors.ts";
import type { Delivery, Outcome, UnixMs } from "../model.ts";
import type { Attempted, Clock, Emit } from "../ports.ts";
import { Crew, type CrewOptions } from "./crew.ts";
import { failureOfDeath } from "./death-failure.ts";
import { Killers } from "./killers.ts";
import type { HandlerFolder } from "./discover-handlers.ts";
import type { DeclarationFault, ThreadMessage } from "./protocol.ts";
import type { RunPlan } from "./run-batch.ts";
import type { Ending, Run } from "./seat.ts";
import { judge, SILENT_MS, type ThreadLimits, type ThreadView } from "./watchdog.ts";

export interface HandlerPoolOptions {
  /** As `discoverHandlers` found them. */
  handlers: HandlerFolder;
  pool: Config["pool"];
  emit: Emit;
  clock: Clock;
}

/** A run, and who waits for it. One object for all of it: there is one for each event. */
class Asked implements Run {
  readonly delivery: Delivery;
  readonly plan: RunPlan;
  readonly #ended: (attempted: Attempted) => void;
  readonly #onEnding: (asked: Asked, ending: Ending) => void;
  number = 0;
  startedAt: UnixMs = 0;

  constructor(
    delivery: Delivery,
    plan: RunPlan,
    ended: (attempted: Attempted) => void,
    onEnding: (asked: Asked, ending: Ending) => void,
  ) {
    this.delivery = delivery;
    this.plan = plan;
    this.#ended = ended;
    this.#onEnding = onEnding;
  }

  end(ending: Ending): void {
    this.#onEnding(this, ending);
  }

  tell(outcome: Outcome, now: UnixMs): void {
    this.#ended({ outcome, startedAt: this.startedAt, durationMs: now - this.startedAt });
  }
}

/** How long the first threads may take to import the handlers. */
const START_MS_MAX = 60_000;
const RUN_NUMBER_MAX = 2 ** 31 - 1;

export class HandlerPool {
  readonly #options: HandlerPoolOptions;
  readonly #limits: ThreadLimits;
  readonly #drain = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
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

  /**
   * One attempt, of which `ended` is told once. What did not end by the handler's own doing is `interrupted`. No promise:
   * it is called for each event.
   */
  run(delivery: Delivery, plan: RunPlan, ended: (attempted: Attempted) => void): void {
    this.#attempt(new Asked(delivery, plan, ended, this.#onEnding), this.#killers.has(delivery.event.id));
  }

  #attempt(asked: Asked, alone: boolean): void {
    asked.startedAt = this.#options.clock.now();
    if (this.#closed) return asked.end({ kind: "innocent", cause: "close" });
    asked.number = this.#lastRun = this.#lastRun === RUN_NUMBER_MAX ? 1 : this.#lastRun + 1;
    const crew = alone ? this.#quarantine ??= new Crew(this.#crewOptions(true)) : this.#crew;
    crew.attempt(asked);
  }

  readonly #onEnding = (asked: Asked, ending: Ending): void => {
    const outcome = this.#outcomeOf(asked, ending);
    if (outcome === undefined) this.#attempt(asked, true);
    else asked.tell(outcome, this.#options.clock.now());
  };

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
      setup: { files, loading, sources, drain: this.#drain.buffer, resultBytesMax: pool.resultBytesMax },
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
    const { emit } = this.#options;
    const { eventId } = message;
    if (message.kind === "stray") {
      const { code, message: text } = message.failure;
      return emit({ kind: "stray-throw", eventId, message: `${code}: ${text}` });
    }
    const { type, level, message: text, fields } = message;
    const parsed = fields === undefined ? {} : { fields: JSON.parse(fields) as Record<string, unknown> };
    emit({ kind: "handler-log", eventId: message.eventId, type, level, message: text, ...parsed });
  }
}

function detailOf(view: ThreadView): string {
  const blocked = "Deno" in globalThis && view.staleMs >= SILENT_MS;
  const frank = "; Deno 2.9 cannot end a thread that is blocked: it uses up a core until hookd is restarted";
  return `silent for ${view.staleMs} ms, ${view.memoryBytes} bytes, ${view.inFlight} runs${blocked ? frank : ""}`;
}
