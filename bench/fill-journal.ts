/**
 * A data directory as so many requests would have left it, through the store's own port and without the time that the
 * requests would take. Events that are to wait are in mailboxes that are paused, so that the backlog stays what it is,
 * unless `paused` is false.
 */
import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";
import { mkdirSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { systemClock } from "../src/clock.ts";
import type { Delivery, NewEvent } from "../src/model.ts";
import { Journal } from "../src/store/journal/journal.ts";
import { BENCH_EVENT_TYPE, BENCH_SECRET } from "./terms.ts";

export interface Filling {
  /** Events that wait. */
  waiting: number;
  /** Events that are settled, evenly between those that wait. */
  settled: number;
  bodyBytes: number;
  /** Ordering keys of the waiting events; 0: they have none. */
  mailboxes: number;
  paused: boolean;
  /** Default: that of the daemon. */
  segmentBytes?: number;
  /** Number of the first event, where others were filled in before. */
  first?: number;
}

const BATCH = 1000;
const CLAIM = 1000;
const DAY_MS = 86_400_000;
const PROGRESS = 250_000;

export async function fillJournal(data: string, filling: Filling): Promise<void> {
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const journal = await openBenchJournal(data, filling.segmentBytes);
  if (filling.paused) {
    for (let box = 0; box < filling.mailboxes; box++) await journal.archive.hold(`bench:user-${box}`, "paused");
  }
  const { waiting, settled, first = 0 } = filling;
  const count = waiting + settled;
  for (let done = 0; done < count; done += BATCH) {
    const serials = Array.from({ length: Math.min(BATCH, count - done) }, (_, index) => done + index);
    const isSettled = (serial: number) => share(serial + 1, settled, count) > share(serial, settled, count);
    await journal.append(
      serials.map((serial) => benchEvent(first + serial, { ...filling, isSettled: isSettled(serial) })),
    );
    await settleAll(journal, serials.filter(isSettled).length);
    if (done % PROGRESS === 0 && done > 0) console.error(`filled ${done} of ${count}`);
  }
  await journal.close();
}

/** Lets the journal have the summaries of its sealed segments, as on a daemon that was not stopped in a hurry. */
export async function summarizeJournal(data: string): Promise<void> {
  const journal = await openBenchJournal(data);
  const count = (ending: string) => readdirSync(join(data, "journal")).filter((name) => name.endsWith(ending)).length;
  while (count(".sum") < count(".seg") - 1) await setTimeout(100);
  await journal.close();
}

/** As the daemon opens it by default, but for the cache. */
export function openBenchJournal(folder: string, segmentBytes = 64 * 2 ** 20): Promise<Journal> {
  return Journal.open({
    folder,
    clock: systemClock,
    emit: () => {},
    segmentBytes,
    cacheEntries: 1000,
    retention: { keepMs: 3 * DAY_MS, deadMs: Infinity },
  });
}

/** An event as the accept room stores it: JSON and the headers of an ordinary request. */
export function benchEvent(
  serial: number | string,
  { bodyBytes, mailboxes, isSettled }: { bodyBytes: number; mailboxes: number; isSettled?: boolean },
): NewEvent {
  const user = `user-${mailboxes > 0 ? Number(serial) % mailboxes : 17}`;
  const start = `{"event_type":"${BENCH_EVENT_TYPE}","data":{"order_id":"o-${serial}","user_id":"${user}","note":"`;
  const body = Buffer.from(`${start.padEnd(bodyBytes - 3, "n")}"}}`);
  const signature = createHmac("sha256", BENCH_SECRET).update(body).digest("hex");
  return {
    source: "bench",
    type: BENCH_EVENT_TYPE,
    key: `key-${serial}`,
    ...(mailboxes > 0 && isSettled !== true && { orderingKey: user }),
    headers: [
      ...["Host", "bench.example", "User-Agent", "bench", "Content-Type", "application/json"],
      ...["Content-Length", String(body.length), "X-Webhook-Signature", `sha256=${signature}`],
      ...["X-Event-Type", BENCH_EVENT_TYPE, "X-Idempotency-Key", `key-${serial}`],
    ],
    body,
    receivedAt: systemClock.now(),
    sourceIp: "127.0.0.1",
    windowMs: DAY_MS,
  };
}

/** Bytes of all files in a folder and below. */
export function bytesIn(folder: string): number {
  return readdirSync(folder, { recursive: true }).reduce((sum, name) => {
    const found = statSync(join(folder, String(name)));
    return sum + (found.isFile() ? found.size : 0);
  }, 0);
}

/** Takes and completes what can be claimed. */
async function settleAll(journal: Journal, count: number): Promise<void> {
  const never = new AbortController().signal;
  for (let left = count; left > 0;) {
    const deliveries = await journal.claim(Math.min(CLAIM, left), never);
    await Promise.all(deliveries.map((delivery) => complete(journal, delivery)));
    left -= deliveries.length;
  }
}

function complete(journal: Journal, delivery: Delivery): Promise<void> {
  const startedAt = systemClock.now();
  return journal.settle(
    delivery,
    { kind: "complete", result: "null" },
    { attempt: 1, startedAt, durationMs: 1, outcome: "ok" },
  );
}

/** How many of the first `serial` are settled. */
function share(serial: number, settled: number, count: number): number {
  return Math.floor((serial * settled) / count);
}
