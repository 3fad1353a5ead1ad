/**
 * The metrics of CONTRACT section 9: names, kinds, labels and buckets, one row each. Names are final. All are
 * in base units; ids and keys are never labels.
 */
import { Counter, Gauge, type Registry } from "prom-client";
import type { UnixMs } from "../model.ts";
import { counterFamily, histogramFamily } from "./series.ts";

/** Seconds. An ack is a parse, an HMAC and one disk commit: 0.5 ms to 10 s, where the last senders give up. */
const ACK_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** Shares of what the sender waits; above 1 it has given up. */
const ACK_RATIO = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 1, 2];
/** Seconds. A handler may answer from memory or call a slow API up to its deadline (default 30 s). */
const ATTEMPT_SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
/** Seconds. From receipt over all retries and waits: 5 ms to a day. */
const END_TO_END_SECONDS = [0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3600, 21_600, 86_400];
/** Seconds. An fsync takes 0.1 ms on a good NVMe and seconds on a disk that is about to fail. */
const COMMIT_SECONDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** What is read at scrape time instead of being told. */
export interface GaugeReaders {
  queueDepth(): number;
  queueOldestSeconds(): number;
  mailboxes(): Readonly<Record<string, number>>;
  deadLetters(): number;
  threads(): Readonly<Record<string, number>>;
  cacheHits(): number;
  cacheEntries(): number;
  /** When a request last matched a secret: by source, then by place in its list. */
  lastMatches(): ReadonlyMap<string, ReadonlyMap<number, UnixMs>>;
}

/** The metrics that are told, one by one, as things happen. */
export function createInstruments(registry: Registry) {
  const registers = [registry];
  const counter = (name: string, help: string) => counterFamily(registry, { name: `hookd_${name}`, help });
  const gauge = (name: string, help: string, labelNames: string[]) =>
    new Gauge({ name: `hookd_${name}`, help, labelNames, registers });
  const histogram = (name: string, help: string, buckets: readonly number[]) =>
    histogramFamily(registry, { name: `hookd_${name}`, help }, buckets);
  return {
    received: counter("events_received_total", "Verified events, duplicates included"),
    accepted: counter("events_accepted_total", "Events stored"),
    rejected: counter("events_rejected_total", "Requests that were refused"),
    duplicate: counter("events_duplicate_total", "Events whose key was stored before"),
    changedBody: counter("events_changed_body_total", "Duplicates with another body than the first"),
    senderRetries: counter("sender_retries_total", "Events that the sender says it has sent before"),
    processed: counter("events_processed_total", "Events that a handler completed"),
    dead: counter("events_dead_total", "Events that became dead letters"),
    attempts: counter("attempts_total", "Attempts that were charged"),
    retries: counter("retries_total", "Attempts after which another one was planned"),
    ackSeconds: histogram("ack_seconds", "From the first byte of a request to its 2xx", ACK_SECONDS),
    ackDeadlineRatio: histogram(
      "ack_deadline_ratio",
      "Time to the 2xx, as a share of how long the sender waits",
      ACK_RATIO,
    ),
    attemptSeconds: histogram("attempt_seconds", "Time an attempt ran", ATTEMPT_SECONDS),
    endToEndSeconds: histogram(
      "end_to_end_seconds",
      "From receipt to the end of an event, retries included",
      END_TO_END_SECONDS,
    ),
    commitSeconds: histogram("store_commit_seconds", "Time of one durable group commit", COMMIT_SECONDS).labels({}),
    workerRestarts: counter("worker_restarts_total", "Worker threads that were replaced"),
    buildInfo: gauge("build_info", "1, labelled with what runs", ["version", "runtime"]),
  };
}

/** The metrics that are read when Prometheus asks. */
export function registerReaders(registry: Registry, read: GaugeReaders): void {
  const registers = [registry];
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name: `hookd_${name}`,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });
  const states = (name: string, help: string, values: () => Readonly<Record<string, number>>) =>
    new Gauge({
      name: `hookd_${name}`,
      help,
      labelNames: ["state"],
      registers,
      collect() {
        for (const [state, count] of Object.entries(values())) this.set({ state }, count);
      },
    });
  gauge("queue_depth", "Events not yet settled", read.queueDepth);
  gauge("queue_oldest_seconds", "Age of the longest waiting event, 0 when none waits", read.queueOldestSeconds);
  states("mailboxes", "Mailboxes with an ordering key", read.mailboxes);
  gauge("dead_letters", "Open dead letters", read.deadLetters);
  states("worker_threads", "Worker threads", read.threads);
  gauge("idempotency_cache_entries", "Keys in the idempotency cache", read.cacheEntries);
  new Gauge({
    name: "hookd_secret_last_match_timestamp_seconds",
    help: "When a request last matched this secret; key is its place in the list, from 0",
    labelNames: ["source", "key"],
    registers,
    collect() {
      for (const [source, byKey] of read.lastMatches()) {
        for (const [key, at] of byKey) this.set({ source, key }, at / 1000);
      }
    },
  });
  new Counter({
    name: "hookd_idempotency_cache_hits_total",
    help: "Keys found in the idempotency cache",
    registers,
    // The store counts; prom-client has no way to set a counter but to start it anew.
    collect() {
      this.reset();
      this.inc(read.cacheHits());
    },
  });
}
