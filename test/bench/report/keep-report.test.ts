import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, describe, it } from "node:test";
import { keepReport } from "../../../bench/report/keep-report.ts";
import { percentileName } from "../../../bench/report/plots.ts";
import { summarize } from "../../../bench/report/summarize.ts";
import type { Comparison } from "../../../bench/run/comparison.ts";
import type { OpenMeasured } from "../../../bench/run/open-loop.ts";
import type { Saturation } from "../../../bench/run/saturate.ts";

const CURVE: [number, number][] = [[1, 0.1], [2, 0.5], [4, 1.5]];
const LATENCY = { count: 4, mean: 1, p50: 0.5, p90: 1, p99: 2, p999: 3, max: 4, curve: CURVE };

function closed(ackedPerSecond: number, perSecond?: number): Saturation {
  const settled = perSecond === undefined ? {} : { settled: { perSecond, handled: 100, complete: false } };
  const load = { generator: "wrk" as const, requests: 100, refused: 1, errors: 0, seconds: 1, next: 100 };
  return { ...load, latencyMs: LATENCY, generatorCores: 0.4, serverCores: 1, ackedPerSecond, ...settled };
}

function open(rate: number): OpenMeasured {
  const counts = { sent: rate, answered: rate, refused: 0, errors: 0, unanswered: 0, late: 0, queued: 0 };
  const cores = { generatorCores: 0.3, serverCores: 0.5 };
  return { ...counts, ...cores, stallMs: 1, seconds: 1, next: 1, rate, latencyMs: LATENCY, fdatasyncMs: LATENCY };
}

const about = { promises: "All.", lacks: "Nothing | much.", versions: { node: "20" } };
const COMPARISON: Comparison = {
  startedAt: "2026-01-02T00:00:00.000Z",
  machine: {
    cpu: "a cpu",
    cores: 2,
    memoryGb: 8,
    kernel: "linux",
    fileSystem: "ext4",
    node: "20",
    commit: "abc",
    load: "0.1",
  },
  pauses: { msPerSecond: 7, longestMs: 12.5 },
  terms: {
    bodyBytes: 1024,
    connections: 64,
    generator: "wrk",
    rounds: 2,
    seconds: 1,
    warmUpSeconds: 1,
    openRounds: 1,
    shares: [0.5],
  },
  subjects: [{ name: "floor", title: "a floor", ...about }, { name: "hookd", title: "hookd", ...about }],
  unavailable: { restate: "is not installed" },
  failures: [],
  rounds: [{ floor: closed(100), hookd: closed(50, 40) }, { floor: closed(200), hookd: closed(140, 20) }],
  open: [{ floor: [open(60)], hookd: [open(15)] }],
};

describe("the report of a comparison", () => {
  const folder = mkdtempSync(join(tmpdir(), "hookd-report-"));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("forms ratios within rounds: of acks, and of handled events", () => {
    const hookd = summarize(COMPARISON)[1]!;
    assert.deepEqual(hookd.toFloor, { median: 0.6, min: 0.5, max: 0.7 });
    assert.deepEqual(hookd.settledToFloor, { median: 0.25, min: 0.1, max: 0.4 });
    assert.equal(hookd.toFloorHmac, undefined);
    assert.equal(hookd.complete, false);
    assert.equal(hookd.refused, 2);
  });

  it("is kept as JSON that can be read again, as a table, and as plots", () => {
    const files = keepReport(folder, "small", COMPARISON);
    const names = ["json", "md", "throughput.svg", "rates.svg", "percentiles.svg"];
    assert.deepEqual(files.map((file) => basename(file).replace(/^small[.-]/, "")), names);
    const [json, markdown, ...plots] = files.map((file) => readFileSync(file, "utf8"));
    assert.deepEqual(JSON.parse(json!), COMPARISON);
    assert.match(json!, /\[2, 0\.5\]/);
    assert.match(markdown!, /^# small: signed webhooks of 1 KB\n/);
    assert.match(markdown!, /\| hookd \| 95 \(50 to 140\) \| 0\.60 \(0\.50 to 0\.70\) \| - \| 30 \(20 to 40\) \+ \|/);
    assert.match(markdown!, /stood still for 7 ms of each second and for 12\.5 ms at the longest/);
    assert.match(markdown!, /Nothing \\\| much/);
    assert.match(markdown!, /Not measured: restate: is not installed/);
    for (const plot of plots) assert.match(plot, /^<svg /);
  });

  it("names percentiles by how few are slower", () => {
    assert.deepEqual([1, 2, 10, 1000, 100_000].map(percentileName), ["0", "50 %", "90 %", "99.9 %", "99.999 %"]);
  });
});
