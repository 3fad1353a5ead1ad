import assert from "node:assert/strict";
import { test } from "node:test";
import { TEXT_MAX } from "../../src/watch/log.ts";
import { isSampled } from "../../src/watch/sample.ts";
import { keptLog, TIMESTAMP } from "./kept-log.ts";

test("a line is its level, when, its name, and its fields, and nothing else", () => {
  const { log, texts } = keptLog();
  log.write("webhook_rejected", "warn", { source: "events", reason: "stale", source_ip: null });
  assert.deepEqual(texts, [
    `{"level":"warn","timestamp":"${TIMESTAMP}","action":"webhook_rejected","source":"events","reason":"stale","source_ip":null}\n`,
  ]);
});

test("no text can end the line or begin another one", () => {
  const { log, texts, lines } = keptLog();
  const nasty = 'a"}\n{"level":"error","action":"forged"}\r\n\u2028\0\x1b[2J\ud800';
  log.write("handler_log", "info", { message: nasty, nested: { deep: nasty }, [nasty]: 1 });
  assert.equal(texts.join("").match(/\n/g)?.length, 1);
  assert.ok(!/[\0-\x09\x0b-\x1f]/.test(texts.join("")));
  const [line] = lines();
  assert.deepEqual([line?.message, line?.[nasty]], [nasty, 1]);
});

test("fields cannot stand in for the log's own level, name or time", () => {
  const { log, texts } = keptLog();
  log.write("handler_log", "info", { level: "error", action: "webhook_processed", timestamp: "never", rest: 1 });
  assert.deepEqual(texts, [`{"level":"info","timestamp":"${TIMESTAMP}","action":"handler_log","rest":1}\n`]);
});

test("a text that is too long is cut, and says by how much", () => {
  const { log, lines } = keptLog();
  log.write("webhook_error", "error", { error: "x".repeat(TEXT_MAX + 5), fits: "y".repeat(TEXT_MAX) });
  assert.deepEqual([lines()[0]?.error, lines()[0]?.fits], [
    `${"x".repeat(TEXT_MAX)}... (5 more)`,
    "y".repeat(TEXT_MAX),
  ]);
});

test("lines below the level are not written, and a reload changes the level", () => {
  const { log, lines } = keptLog({ level: "warn" });
  const writeAll = () => (["debug", "info", "warn", "error"] as const).forEach((level) => log.write(level, level));
  writeAll();
  log.tune({ level: "error", sample: 1 });
  writeAll();
  assert.deepEqual(lines().map(({ action }) => action), ["warn", "error", "error"]);
});

test("a sample keeps or drops all lines of an event together, and lines of no event always", () => {
  const { log, lines } = keptLog({ sample: 0.25 });
  const ids = Array.from({ length: 400 }, (_, index) => `018bcfe5-6800-7000-8000-${String(index).padStart(12, "0")}`);
  const actions = ["webhook_received", "webhook_error", "handler_log", "webhook_processed", "webhook_dead"];
  for (const event_id of ids) for (const action of actions) log.write(action, "info", { event_id });
  log.write("stray_throw", "error", { event_id: null });
  log.write("draining", "info");
  const counts = new Map<unknown, number>();
  for (const { event_id } of lines()) counts.set(event_id, (counts.get(event_id) ?? 0) + 1);
  assert.deepEqual([counts.get(null), counts.get(undefined)], [1, 1]);
  const wanted = ids.filter((id) => isSampled(id, 0.25));
  assert.ok(wanted.length > 0 && wanted.length < ids.length);
  assert.deepEqual(ids.map((id) => counts.get(id) ?? 0), ids.map((id) => wanted.includes(id) ? actions.length : 0));
});

test("a reload changes the sample", () => {
  const { log, lines } = keptLog({ sample: 0 });
  log.write("webhook_received", "info", { event_id: "e-1" });
  log.tune({ level: "info", sample: 1 });
  log.write("webhook_processed", "info", { event_id: "e-1" });
  assert.deepEqual(lines().map(({ action }) => action), ["webhook_processed"]);
});
