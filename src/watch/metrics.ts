/**
 * Counts what happens, and shows it to Prometheus and to `GET /stats`. One method per thing that happens;
 * called on the hot path by telemetry, so each is a few map look-ups and additions. Promise: the number of
 * series is bounded whatever senders send.
 */
import { collectDefaultMetrics, Registry } from "prom-client";
import type { StoreStatus } from "../ports.ts";
import type { AttemptRecord, UnixMs } from "../model.ts";
import {
  asksForOpenMetrics,
  OPENMETRICS_CONTENT_TYPE,
  OPENMETRICS_END,
  PROMETHEUS_CONTENT_TYPE,
  toOpenMetrics,
  toPrometheus,
} from "./exposition.ts";
import { createInstruments, registerReaders } from "./instruments.ts";
import { createLabel, createWordLabel, perLabels, SOURCES_MAX, TYPES_MAX } from "./labels.ts";
import { type Stats, Tally } from "./stats.ts";

export interface MetricsNeeds {
  version: string;
  /** Name and version of the runtime, such as `node 20.18.0`. */
  runtime: string;
  /** Whether hookd.yaml has a source of this name; asked again after a reload. */
  knownSource(name: string): boolean;
  /** Whether a handler declares this very type, or hookd.yaml names it. */
  knownType(type: string): boolean;
  status(): StoreStatus;
  deadLetters(): number;
  /** Threads by state. */
  threads(): Readonly<Record<string, number>>;
  now(): UnixMs;
}

export class Metrics {
  readonly #registry = new Registry();
  readonly #tally = new Tally();
  readonly #lastMatches = new Map<string, Map<number, UnixMs>>();
  readonly #source;
  readonly #type;
  readonly #reason = createWordLabel();
  readonly #cause = createWordLabel();
  readonly #to;

  constructor(needs: MetricsNeeds) {
    this.#source = createLabel(needs.knownSource, SOURCES_MAX);
    this.#type = createLabel(needs.knownType, TYPES_MAX);
    collectDefaultMetrics({ register: this.#registry });
    registerReaders(this.#registry, { ...readersOf(needs), lastMatches: () => this.#lastMatches });
    this.#to = createSeries(this.#registry);
    this.#to.buildInfo.set({ version: needs.version, runtime: needs.runtime }, 1);
  }

  received(source: string, type: string): void {
    const label = this.#type(type);
    this.#to.received(this.#source(source), label).inc();
    this.#tally.received(label);
  }

  accepted(source: string, type: string): void {
    const label = this.#type(type);
    this.#to.accepted(this.#source(source), label).inc();
    // A series that is born with its first death hides that death from rate(): both start at 0.
    this.#to.processed(label);
    this.#to.dead(label);
  }

  acked(source: string, { seconds, deadlineSeconds }: { seconds: number; deadlineSeconds: number }): void {
    this.#to.ackSeconds(this.#source(source)).observe(seconds);
    this.#to.ackDeadlineRatio(this.#source(source)).observe(seconds / deadlineSeconds);
  }

  rejected(source: string, reason: string, events = 1): void {
    this.#to.rejected(this.#source(source), this.#reason(reason)).inc(events);
  }

  /** By the sender's own count, whether hookd has the event already or not. */
  senderRetried(source: string): void {
    this.#to.senderRetries(this.#source(source)).inc();
  }

  duplicate(source: string, changedBody: boolean): void {
    const label = this.#source(source);
    this.#to.duplicate(label).inc();
    if (changedBody) this.#to.changedBody(label).inc();
  }

  secretMatched(source: string, options: { key: number; at: UnixMs }): void {
    const label = this.#source(source);
    let byKey = this.#lastMatches.get(label);
    if (byKey === undefined) this.#lastMatches.set(label, byKey = new Map());
    byKey.set(options.key, options.at);
  }

  attempted(type: string, attempt: AttemptRecord): void {
    const label = this.#type(type);
    this.#to.attempts(label, attempt.outcome).inc();
    this.#to.attemptSeconds(label, attempt.outcome).observe(attempt.durationMs / 1000);
    if (attempt.nextAttemptAt !== undefined) this.#to.retries(label).inc();
  }

  /** The end of an event. `failed`: told to the sender, so it is neither processed nor dead. */
  ended(type: string, end: { kind: "processed" | "dead" | "failed"; endToEndMs: number; durationMs: number }): void {
    const label = this.#type(type);
    if (end.kind !== "failed") this.#to[end.kind](label).inc();
    this.#to.endToEndSeconds(label).observe(Math.max(end.endToEndMs, 0) / 1000);
    this.#tally.ended(end.kind === "processed", end.durationMs);
  }

  workerRestarted(cause: string): void {
    this.#to.workerRestarts(this.#cause(cause)).inc();
  }

  committed(seconds: number): void {
    this.#to.commitSeconds.observe(seconds);
  }

  stats(): Stats {
    return this.#tally.stats();
  }

  /**
   * All metrics, in OpenMetrics when `accept` asks for it, else in the Prometheus text format 0.0.4. One metric in each
   * turn of the event loop: 20 000 series took 40 ms of it.
   */
  async text(accept: string | undefined): Promise<{ contentType: string; body: string }> {
    const openMetrics = asksForOpenMetrics(accept);
    const parts: string[] = [];
    for (const metric of this.#registry.getMetricsAsArray()) {
      const text = await this.#registry.getSingleMetricAsString(metric.name);
      parts.push(openMetrics ? toOpenMetrics(text) : `${toPrometheus(text)}\n`);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return openMetrics
      ? { contentType: OPENMETRICS_CONTENT_TYPE, body: parts.join("") + OPENMETRICS_END }
      : { contentType: PROMETHEUS_CONTENT_TYPE, body: parts.join("\n") };
  }
}

function readersOf(needs: MetricsNeeds) {
  return {
    queueDepth: () => needs.status().depth,
    queueOldestSeconds() {
      const { oldestReceivedAt } = needs.status();
      return oldestReceivedAt === undefined ? 0 : Math.max(needs.now() - oldestReceivedAt, 0) / 1000;
    },
    mailboxes: () => needs.status().mailboxes,
    deadLetters: needs.deadLetters,
    threads: needs.threads,
    cacheHits: () => needs.status().idempotency.cacheHits,
    cacheEntries: () => needs.status().idempotency.entries,
  };
}

/** Each instrument as a function from label values to the series, made once per series. */
function createSeries(registry: Registry) {
  const all = createInstruments(registry);
  return {
    received: perLabels((source, type) => all.received.labels({ source, type })),
    accepted: perLabels((source, type) => all.accepted.labels({ source, type })),
    rejected: perLabels((source, reason) => all.rejected.labels({ source, reason })),
    duplicate: perLabels((source) => all.duplicate.labels({ source })),
    senderRetries: perLabels((source) => all.senderRetries.labels({ source })),
    changedBody: perLabels((source) => all.changedBody.labels({ source })),
    processed: perLabels((type) => all.processed.labels({ type })),
    dead: perLabels((type) => all.dead.labels({ type })),
    attempts: perLabels((type, outcome) => all.attempts.labels({ type, outcome })),
    retries: perLabels((type) => all.retries.labels({ type })),
    ackSeconds: perLabels((source) => all.ackSeconds.labels({ source })),
    ackDeadlineRatio: perLabels((source) => all.ackDeadlineRatio.labels({ source })),
    attemptSeconds: perLabels((type, outcome) => all.attemptSeconds.labels({ type, outcome })),
    endToEndSeconds: perLabels((type) => all.endToEndSeconds.labels({ type })),
    workerRestarts: perLabels((cause) => all.workerRestarts.labels({ cause })),
    commitSeconds: all.commitSeconds,
    buildInfo: all.buildInfo,
  };
}
