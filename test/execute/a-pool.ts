/** Builders for tests with real threads: a pool over the handler of all misdeeds, and a way to have one done. */
import { Buffer } from "node:buffer";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import { systemClock } from "../../src/clock.ts";
import type { Config } from "../../src/config.ts";
import type { HandlerFolder } from "../../src/execute/discover-handlers.ts";
import { HandlerPool } from "../../src/execute/handler-pool.ts";
import { loadingOf } from "../../src/execute/worker-entry.ts";
import type { Outcome, StoredEvent } from "../../src/model.ts";
import type { Attempted, HandlerEntry, Signal } from "../../src/ports.ts";
import { aDelivery, aStoredEvent } from "../support/an-event.ts";
import { tempFolder } from "../support/temp-folder.ts";

export const ACTS = fileURLToPath(new URL("../fixtures/handlers/pool/acts.ts", import.meta.url));
const entry: HandlerEntry = { file: 0, fileName: "acts.ts", events: ["act.*"], retry: {} };

/** What a run of `act` is about, beyond the act. */
export interface Asked {
  ms?: number;
  value?: unknown;
  /** Instead of a new event: all of it, or its id only. */
  event?: StoredEvent;
  id?: string;
  attempt?: number;
  timeoutMs?: number;
}

type OfKind<K extends Signal["kind"]> = Extract<Signal, { kind: K }>;

export interface APool {
  pool: HandlerPool;
  signals: Signal[];
  act(act: string, asked?: Asked): Promise<Attempted>;
  /** As `act`, and the outcome only. */
  outcome(act: string, asked?: Asked): Promise<Outcome>;
  /** Resolves when the handler has begun `count` runs in all. */
  begun(count: number): Promise<void>;
  /** Ids of the events of all runs so far, in order. */
  runs(): string[];
  /** Lets all "gate" runs end. */
  openGate(): void;
  /** Resolves with the first signal of a kind, be it past or to come. */
  told<K extends Signal["kind"]>(kind: K, fits?: (signal: OfKind<K>) => boolean): Promise<OfKind<K>>;
}

export function anActEvent(act: string, more: Record<string, unknown> = {}): StoredEvent {
  const event = aStoredEvent({ type: `act.${act}` });
  return { ...event, body: Buffer.from(JSON.stringify({ act, ...more })) };
}

/** As discovery would have found these files. */
export function threadsOf(files: readonly string[]): HandlerFolder {
  return { files, loading: loadingOf(files), sources: new Map() };
}

/** Two threads for eight runs each; stuck after half a second. Closed when the test file ends. */
export async function aPool(over: Partial<Config["pool"]> = {}): Promise<APool> {
  const log = join(tempFolder(), "runs");
  writeFileSync(log, "");
  const gate = join(log, "..", "gate");
  const signals: Signal[] = [];
  const waiting = new Set<() => void>();
  const pool = await HandlerPool.open({
    handlers: threadsOf([ACTS]),
    clock: systemClock,
    emit: (signal) => {
      signals.push(signal);
      for (const look of waiting) look();
    },
    pool: {
      threads: 2,
      perThread: 8,
      timeoutMs: 20_000,
      stuckAfterMs: 500,
      memoryBytes: 128 * 2 ** 20,
      resultBytesMax: 10_000,
      ...over,
    },
  });
  after(() => pool.close());
  const runs = () => readFileSync(log, "utf8").split("\n").filter((line) => line !== "");
  const act = (name: string, asked: Asked = {}) => {
    const made = asked.event ?? anActEvent(name, { runs: log, ms: asked.ms, value: asked.value, gate });
    const event = { ...made, id: asked.id ?? made.id };
    const delivery = aDelivery({ event, attempt: asked.attempt ?? 1 });
    const plan = { entry, timeoutMs: asked.timeoutMs ?? 20_000, dataPointer: "" };
    return new Promise<Attempted>((resolve) => pool.run(delivery, plan, resolve));
  };
  return {
    pool,
    signals,
    act,
    outcome: async (name, asked) => (await act(name, asked)).outcome,
    runs,
    openGate: () => writeFileSync(gate, ""),
    // The handler writes the line in its own thread: there is nothing to be called back by.
    begun: async (count) => {
      while (runs().length < count) await new Promise((resolve) => setTimeout(resolve, 5));
    },
    told: (kind, fits = () => true) =>
      new Promise((resolve) => {
        const look = () => {
          const found = signals.find((signal) => signal.kind === kind && fits(signal as never));
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found as never);
        };
        waiting.add(look);
        look();
      }),
  };
}
