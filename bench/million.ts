/**
 * What a backlog costs: fills a data directory with a million waiting events of 1 KB, then starts the real daemon
 * on it and reads its memory and its time to ready, next to those of a daemon with nothing to do. Every mailbox is
 * paused, so that the backlog stays what it is.
 *
 *   npm run build && node dist/bench/million.js [--count N] [--runs N] [--keep]
 *   deno run -A bench/million.ts [--count N] [--runs N] [--keep]
 */
import { Buffer } from "node:buffer";
import { type ChildProcess, spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import process from "node:process";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { systemClock } from "../src/clock.ts";
import type { NewEvent } from "../src/model.ts";
import { Journal } from "../src/store/journal/journal.ts";

const MAILBOXES = 1000;
const BODY_BYTES = 1024;
const BATCH = 1000;
const DAY_MS = 86_400_000;
/** Long enough for a collection of what only the start needed; the peak is reported beside it. */
const SETTLE_MS = 3000;
const SECRET = "a secret of the bench";
const IS_DENO = "Deno" in globalThis;
const RUNTIME = IS_DENO ? `deno ${process.versions.deno}` : `node ${process.versions.node}`;

interface Measured {
  readyMs: number;
  waiting: number;
  rssMb: number;
  /** Undefined where the system does not tell it. */
  peakRssMb: number | undefined;
}

const { values } = parseArgs({
  options: { count: { type: "string" }, runs: { type: "string" }, keep: { type: "boolean" } },
});
const count = Number(values.count ?? 1_000_000);
const runs = Number(values.runs ?? 3);
const folder = mkdtempSync(join(tmpdir(), "hookd-million-"));
try {
  const report = await measure();
  console.log(JSON.stringify(report, undefined, 2));
  keepResult(report);
} finally {
  if (values.keep) console.error(`kept: ${folder}`);
  else rmSync(folder, { recursive: true, force: true });
}

async function measure() {
  const idle = await startRepeatedly(configFor("idle"));
  const filledMs = await fill(join(folder, "full"));
  const full = await startRepeatedly(configFor("full"));
  const aboveIdleMb = rounded(middle(full, "rssMb") - middle(idle, "rssMb"));
  return {
    runtime: RUNTIME,
    cpus: cpus().length,
    cpu: cpus()[0]?.model ?? "unknown",
    events: count,
    bodyBytes: BODY_BYTES,
    diskMb: rounded(bytesIn(join(folder, "full")) / 2 ** 20),
    fillSeconds: rounded(filledMs / 1000),
    rssAboveIdleMb: aboveIdleMb,
    readySeconds: rounded(middle(full, "readyMs") / 1000),
    idle,
    full,
  };
}

/** A config with a data directory of its own, on ports of the system's choice. */
function configFor(data: string): string {
  const file = join(folder, `${data}.yaml`);
  const verify = { preset: "hookd", secrets: ["${env:HOOKD_SECRET}"] };
  writeFileSync(
    file,
    JSON.stringify({
      listen: "127.0.0.1:0",
      admin: { listen: "127.0.0.1:0" },
      data: join(folder, data),
      handlers: fileURLToPath(new URL(IS_DENO ? "../workers/handlers" : "../../workers/handlers", import.meta.url)),
      limits: { queue: count + 1000 },
      sources: {
        events: { path: "/webhooks/events", verify, mode: "ack", data: "json:/data", order: "json:/data/user_id" },
      },
    }),
  );
  return file;
}

/** Through the store's own port: what a million POSTs would have left, without the hour that they would take. */
async function fill(data: string): Promise<number> {
  mkdirSync(data, { mode: 0o700 });
  const startedAt = performance.now();
  const journal = await Journal.open({
    folder: data,
    clock: systemClock,
    emit: () => {},
    segmentBytes: 64 * 2 ** 20,
    cacheEntries: 1000,
    retention: { keepMs: 3 * DAY_MS, deadMs: Infinity },
  });
  for (let mailbox = 0; mailbox < MAILBOXES; mailbox++) await journal.archive.hold(`events:user-${mailbox}`, "paused");
  for (let done = 0; done < count; done += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, count - done) }, (_, index) => eventOf(done + index));
    await journal.append(batch);
    if (done % 100_000 === 0) console.error(`filled ${done} of ${count}`);
  }
  await journal.close();
  return performance.now() - startedAt;
}

/** An event as the accept room stores it: 1 KB of JSON and the headers of an ordinary request. */
function eventOf(serial: number): NewEvent {
  const orderingKey = `user-${serial % MAILBOXES}`;
  const start = `{"event_type":"order.placed","data":{"order_id":"o-${serial}","user_id":"${orderingKey}","note":"`;
  const body = Buffer.from(`${start.padEnd(BODY_BYTES - 3, "n")}"}}`);
  const signature = createHmac("sha256", SECRET).update(body).digest("hex");
  return {
    source: "events",
    type: "order.placed",
    key: `key-${serial}`,
    orderingKey,
    headers: [
      "Host",
      "127.0.0.1:8080",
      "Content-Type",
      "application/json",
      "Content-Length",
      String(body.length),
      "X-Event-Type",
      "order.placed",
      "X-Idempotency-Key",
      `key-${serial}`,
      "X-Webhook-Signature",
      `sha256=${signature}`,
    ],
    body,
    receivedAt: systemClock.now(),
    sourceIp: "127.0.0.1",
    windowMs: DAY_MS,
  };
}

async function startRepeatedly(config: string): Promise<Measured[]> {
  const measured: Measured[] = [];
  for (let run = 0; run < runs; run++) measured.push(await startOnce(config));
  return measured;
}

async function startOnce(config: string): Promise<Measured> {
  const main = new URL(IS_DENO ? "../src/main.ts" : "../src/main.js", import.meta.url);
  const args = [...(IS_DENO ? ["run", "-A"] : []), fileURLToPath(main), "serve", "--config", config];
  const startedAt = performance.now();
  const daemon = spawn(process.execPath, args, {
    env: { ...process.env, HOOKD_SECRET: SECRET },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const gone = new Promise((resolve) => daemon.on("close", resolve));
  try {
    const ready = await readyLine(daemon);
    const readyMs = rounded(performance.now() - startedAt);
    await pause(SETTLE_MS);
    const metrics = await (await fetch(`${ready.admin}/metrics`)).text();
    return {
      readyMs,
      waiting: metric(metrics, "hookd_queue_depth"),
      rssMb: rounded(metric(metrics, "process_resident_memory_bytes") / 2 ** 20),
      peakRssMb: peakRssMb(daemon.pid!),
    };
  } finally {
    daemon.kill("SIGTERM");
    await gone;
  }
}

async function readyLine(daemon: ChildProcess): Promise<{ admin: string }> {
  const seen: string[] = [];
  for await (const line of createInterface(daemon.stderr!)) {
    seen.push(line);
    if (!line.includes('"action":"ready"')) continue;
    // Nobody reads on: what the daemon still writes must not fill the pipe.
    daemon.stderr!.resume();
    return JSON.parse(line);
  }
  throw new Error(`The daemon ended before it was ready:\n${seen.slice(-20).join("\n")}`);
}

function metric(text: string, name: string): number {
  const value = new RegExp(`^${name} (\\S+)`, "m").exec(text)?.[1];
  if (value === undefined) throw new Error(`${name} is not among the metrics`);
  return Number(value);
}

function peakRssMb(pid: number): number | undefined {
  const status = `/proc/${pid}/status`;
  if (!existsSync(status)) return undefined;
  return rounded(Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(status, "utf8"))?.[1]) / 1024);
}

function bytesIn(path: string): number {
  return readdirSync(path, { recursive: true }).reduce((sum, name) => {
    const found = statSync(join(path, String(name)));
    return sum + (found.isFile() ? found.size : 0);
  }, 0);
}

function middle(measured: readonly Measured[], field: "rssMb" | "readyMs"): number {
  return measured.map((one) => one[field]).sort((a, b) => a - b)[Math.floor(measured.length / 2)]!;
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

/** One entry for each runtime, so that a run under one leaves the others. */
function keepResult(report: Record<string, unknown>): void {
  const file = join("bench", "results", "million.json");
  const known = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
  mkdirSync(join("bench", "results"), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ ...known, [RUNTIME.split(".")[0]!]: report }, undefined, 2)}\n`);
}
