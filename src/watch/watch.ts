/**
 * The watch room as one piece: log, metrics and health over functions that look at the daemon. It looks and
 * never touches.
 */
import process from "node:process";
import type { Config } from "../config.ts";
import type { Clock, Emit, HandlerTable, StoreStatus } from "../ports.ts";
import type { Health } from "./admin-needs.ts";
import { Log } from "./log.ts";
import { Metrics } from "./metrics.ts";
import { createTelemetry } from "./telemetry.ts";

export interface WatchNeeds {
  clock: Clock;
  version: string;
  project(): { config: Config; handlers: HandlerTable };
  /** Undefined before the store is open. */
  status(): StoreStatus | undefined;
  deadLetters(): number;
  /** Lines of the dead-letter file that cannot be read: file names with line numbers. */
  letterDamage(): readonly string[];
  threads(): { idle: number; busy: number; starting: number };
  draining(): boolean;
}

const NO_STORE: StoreStatus = {
  accepting: false,
  reason: "the store is not open",
  depth: 0,
  running: 0,
  mailboxes: { available: 0, running: 0, retryable: 0, paused: 0, parked: 0 },
  idempotency: { entries: 0, cacheHits: 0 },
  damage: [],
};

export class Watch {
  readonly metrics: Metrics;
  readonly emit: Emit;
  readonly health: { live(): Health; ready(): Health };
  readonly #log: Log;

  constructor(needs: WatchNeeds) {
    const { clock } = needs;
    const { level, sample } = needs.project().config.log;
    this.#log = new Log({ level, sample, clock });
    this.metrics = new Metrics({
      version: needs.version,
      runtime: runtimeName(),
      knownSource: (name) => needs.project().config.sources.some((source) => source.name === name),
      knownType: (type) => isNamed(type, needs.project()),
      status: () => needs.status() ?? NO_STORE,
      deadLetters: () => needs.deadLetters(),
      threads: () => needs.threads(),
      now: () => clock.now(),
    });
    this.emit = createTelemetry({ metrics: this.metrics, log: this.#log, clock });
    this.health = { live: () => healthOf({}), ready: () => readiness(needs) };
  }

  /** Takes over what a reload changed. */
  tune({ log }: Config): void {
    this.#log.tune(log);
  }

  /** Everything is written when it returns. */
  close(): void {
    this.#log.close();
  }
}

/** Whether a handler or a source names the type as it is: what only a wildcard takes could be anything. */
function isNamed(type: string, { config, handlers }: ReturnType<WatchNeeds["project"]>): boolean {
  return handlers.entries.some(({ events }) => events.includes(type)) ||
    config.sources.some(({ types }) => types?.includes(type) === true);
}

function readiness({ status, draining, project, letterDamage }: WatchNeeds): Health {
  const { accepting, reason, depth, damage } = status() ?? NO_STORE;
  const { queueMax } = project().config.limits;
  return healthOf({
    draining: { ok: !draining(), ...(draining() && { detail: "the daemon is stopping" }) },
    store: { ok: accepting, ...(reason !== undefined && { detail: reason }) },
    queue: { ok: depth < queueMax, detail: `${depth} of ${queueMax}` },
    // Reported, but no reason to turn senders away: what is readable is served.
    journal: { ok: true, ...damageDetail(damage) },
    dead_letters: { ok: true, ...damageDetail(letterDamage()) },
  });
}

function damageDetail(damage: readonly string[]): { detail?: string } {
  return damage.length === 0 ? {} : { detail: `damaged: ${damage.join("; ")}` };
}

function healthOf(checks: Health["checks"]): Health {
  return { status: Object.values(checks).every(({ ok }) => ok) ? "ok" : "failing", checks };
}

function runtimeName(): string {
  const { deno, node } = process.versions;
  return deno === undefined ? `node ${node}` : `deno ${deno}`;
}
