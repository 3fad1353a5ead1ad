/**
 * A bad day, counted from both ends: what `hookd send` says that its answers said, against the daemon's metrics,
 * stats, listing and log, to the unit. `HOOKD_CHAOS_EVENTS=20000` makes it the long form.
 */
import assert from "node:assert/strict";
import process from "node:process";
import { test } from "node:test";
import type { Summary } from "../../src/cli/tally.ts";
import { type DaemonProcess, type LogLine, SECRET } from "../support/daemon-process.ts";
import { runHookd } from "../support/run-hookd.ts";
import { shippedConfig, startShipped } from "../support/shipped-daemon.ts";

/** A multiple of ten, so that the plan has the same share of each kind to the unit. */
const EVENTS = Number(process.env.HOOKD_CHAOS_EVENTS ?? 600);
const SHARE = EVENTS / 10;
const KINDS = "duplicate,reorder,tamper,stale,truncate";
const ENV = {
  HOOKD_SECRET: SECRET,
  HOOKD_STRIPE_SECRET: "whsec_of_the_path_tests",
  HOOKD_STANDARD_SECRET: `whsec_${btoa("a secret of the path tests")}`,
};

/** The shipped project with short waits, and with a source that ignores. */
function start(): Promise<DaemonProcess> {
  return startShipped({
    config: { retry: { attempts: 2, base: "10ms" } },
    sources: { ignoring: { ...shippedConfig().sources["ack"], path: "/webhooks/ignoring", unknown: "ignore" } },
    env: ENV,
    linesKept: EVENTS * 10,
  });
}

async function send(daemon: DaemonProcess, args: readonly string[]): Promise<Summary & { code: number | null }> {
  const project = ["--config", `${daemon.folder}/hookd.yaml`, "--url", daemon.publicUrl];
  const { code, out, err } = await runHookd(["send", ...args, ...project, "--json"], { cwd: daemon.folder, env: ENV });
  assert.match(out, /^\{.*\}\n$/, err);
  return { code, ...JSON.parse(out) };
}

type Counts = Record<string, number>;

/** What the daemon counted for a source, by the end of all work. */
async function metricsOf(daemon: DaemonProcess, source: string) {
  const text = await (await fetch(`${daemon.adminUrl}/metrics`)).text();
  const series = (name: string, by: string): Counts => {
    const lines = [...text.matchAll(new RegExp(`^hookd_events_${name}_total\\{(.*)\\} (\\d+)$`, "gm"))]
      .map(([, labels = "", count]) => ({ labels, count: Number(count) }))
      .filter(({ labels, count }) =>
        count > 0 && (!labels.includes("source=") || labels.includes(`source="${source}"`))
      );
    return Object.fromEntries(lines.map(({ labels, count }) => [labels.match(`${by}="(.*?)"`)?.[1], count]));
  };
  return {
    received: series("received", "type"),
    accepted: series("accepted", "type"),
    duplicates: series("duplicate", "source")[source] ?? 0,
    rejected: series("rejected", "reason"),
    processed: series("processed", "type"),
    dead: series("dead", "type"),
  };
}

/** A connection that was cut off is noticed when it is noticed; then nothing is under way any more. */
async function quiet(daemon: DaemonProcess, { source, cutOff }: { source: string; cutOff: number }): Promise<void> {
  await daemon.until("the end of every cut connection", async () => {
    const { rejected } = await metricsOf(daemon, source);
    return (rejected.body_incomplete ?? 0) >= cutOff || undefined;
  });
  await daemon.settled();
}

/** All rows of `GET /events`, page by page. */
async function listed(daemon: DaemonProcess, source: string) {
  const rows: { event_id: string; event_type: string; success: boolean; attempts: number }[] = [];
  let cursor: string | null = "";
  do {
    const more: string = cursor === "" ? "" : `&cursor=${cursor}`;
    const { status, body } = await daemon.admin(`/events?source=${source}&limit=97${more}`);
    assert.equal(status, 200);
    rows.push(...body.items);
    cursor = body.next;
  } while (cursor !== null && cursor !== undefined);
  return rows;
}

/** The log is whole once the process is gone. */
async function wholeLog(daemon: DaemonProcess) {
  const { code } = await daemon.stop();
  assert.equal(code, 0);
  const lines = (action: string) => daemon.log.filter((line) => line.action === action);
  return {
    received: lines("webhook_received"),
    processed: lines("webhook_processed"),
    duplicates: lines("webhook_duplicate"),
    rejected: countBy(lines("webhook_rejected"), "reason"),
    dead: lines("webhook_dead"),
  };
}

function countBy(lines: readonly LogLine[], name: string): Counts {
  const counts: Counts = {};
  for (const line of lines) counts[String(line[name])] = (counts[String(line[name])] ?? 0) + 1;
  return counts;
}

const idsOf = (lines: readonly LogLine[]) => lines.map((line) => String(line.event_id)).sort();

/** `expired`: the reason under which the daemon counts a stale event, where the preset signs a time. */
for (
  const { source, expired } of [
    { source: "events", expired: undefined },
    { source: "standard", expired: "timestamp_expired" },
    { source: "stripe", expired: "timestamp_expired" },
  ]
) {
  test(`under chaos, sender and daemon agree on every event of the source ${source}, to the unit`, async () => {
    const daemon = await start();
    const order = source === "events" ? ["--order", "user_{n}"] : [];
    const { code, ...told } = await send(daemon, [
      ...["order.placed", "--source", source, "--chaos", KINDS, ...order],
      ...["--count", String(EVENTS), "--concurrency", "32"],
    ]);

    // What was planned is what was answered.
    const stale = expired === undefined ? 0 : SHARE;
    const accepted = EVENTS - 2 * SHARE - stale;
    const { sent, duplicates, rejected_by_reason, unanswered_by_reason } = told;
    assert.deepEqual({ code, sent, accepted: told.accepted, duplicates, rejected_by_reason, unanswered_by_reason }, {
      code: 0,
      sent: EVENTS + SHARE,
      accepted,
      duplicates: SHARE,
      rejected_by_reason: { signature_invalid: SHARE + stale },
      unanswered_by_reason: { cut_off: SHARE },
    });
    assert.equal(told.sent, told.accepted + told.duplicates + told.rejected + told.failed + told.unanswered);

    // What was answered is what the daemon counted.
    await quiet(daemon, { source, cutOff: told.unanswered });
    const rejected = {
      signature_mismatch: SHARE,
      body_incomplete: told.unanswered,
      ...(expired !== undefined && { [expired]: stale }),
    };
    assert.deepEqual(await metricsOf(daemon, source), {
      received: { "order.placed": told.accepted + told.duplicates },
      accepted: { "order.placed": told.accepted },
      duplicates: told.duplicates,
      rejected,
      processed: { "order.placed": told.accepted },
      dead: {},
    });
    const { body: stats } = await daemon.admin("/stats");
    assert.deepEqual({ ...stats, avg_processing_time_ms: 0 }, {
      total_received: told.accepted + told.duplicates,
      total_processed: told.accepted,
      total_failed: 0,
      success_rate: 1,
      avg_processing_time_ms: 0,
      events_by_type: { "order.placed": told.accepted + told.duplicates },
    });

    // What it counted is what it lists and what it logged, event by event.
    const rows = await listed(daemon, source);
    const ids = rows.map((row) => row.event_id).sort();
    assert.equal(new Set(ids).size, told.accepted);
    assert.ok(rows.every((row) => row.success && row.attempts === 1 && row.event_type === "order.placed"));
    const log = await wholeLog(daemon);
    assert.deepEqual(idsOf(log.received), ids);
    assert.deepEqual(idsOf(log.processed), ids);
    assert.ok(log.processed.every((line) => line.success));
    assert.equal(log.duplicates.length, told.duplicates);
    assert.deepEqual(log.rejected, rejected);
    assert.deepEqual(log.dead, []);
    await daemon.end();
  });
}

/** What the fates of a good event are to the daemon: most of them are stored, and one of the stored is dead. */
const FATES = [
  { source: "sync", told: { accepted: 5 }, args: ["demo.well"] },
  { source: "async", told: { accepted: 5 }, args: ["nobody.knows"] },
  { source: "sync", told: { duplicates: 5 }, args: ["demo.well", "--key", "k{n}"], before: ["--key", "k{n}"] },
  { source: "sync", told: { failed_by_reason: { failed: 5 } }, args: ["demo.ill", "--data", '{"fail":"no"}'] },
  {
    source: "receive-with-dlq",
    told: { failed_by_reason: { temporary_failure: 5 } },
    args: ["demo.ill", "--data", '{"fail":"no"}'],
  },
  {
    source: "receive-with-dlq",
    told: { failed_by_reason: { sent_to_dlq: 5 } },
    args: ["demo.ill", "--data", '{"fail":"no"}', "--header", "X-Retry-Count: 2"],
    dead: 5,
  },
  { source: "events", told: { rejected_by_reason: { unknown_event_type: 5 } }, args: ["order.eaten"] },
  {
    source: "events",
    told: { rejected_by_reason: { schema_violation: 5 } },
    args: ["order.placed", "--data", '{"total":"?"}'],
  },
  { source: "ignoring", told: { rejected_by_reason: { ignored_event_type: 5 } }, args: ["nobody.knows"] },
];

test("whatever becomes of an event, the sender is told so that its sums and the daemon's agree", async () => {
  const daemon = await start();
  const sums = { accepted: 0, failed: 0, duplicates: 0, dead: 0 };
  const rejected: Counts = {};
  for (const { source, told, args, before, dead = 0 } of FATES) {
    const five = ["--source", source, "--count", "5", "--concurrency", "5"];
    if (before !== undefined) sums.accepted += (await send(daemon, ["demo.well", ...five, ...before])).accepted;
    const summary = await send(daemon, [...args, ...five]);
    assert.deepEqual({ ...summary, ...told }, summary, args.join(" "));
    assert.equal(
      summary.sent,
      summary.accepted + summary.duplicates + summary.rejected + summary.failed + summary.unanswered,
    );
    for (const [reason, count] of Object.entries(summary.rejected_by_reason)) rejected[reason] = count;
    for (const name of ["accepted", "failed", "duplicates"] as const) sums[name] += summary[name];
    sums.dead += dead;
  }
  await daemon.settled();
  const log = await wholeLog(daemon);
  assert.equal(log.received.length, sums.accepted + sums.failed);
  assert.equal(log.processed.filter((line) => line.success).length, sums.accepted);
  assert.equal(log.processed.filter((line) => !line.success).length, sums.failed);
  assert.equal(log.dead.length, sums.dead);
  assert.equal(log.duplicates.length, sums.duplicates);
  assert.deepEqual(log.rejected, rejected);
  await daemon.end();
});
