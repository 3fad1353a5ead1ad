import assert from "node:assert/strict";
import {
  appendFileSync,
  chmodSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { LineLog, type LineLogOptions } from "../../src/store/line-log.ts";
import { breakableDisk, systemError } from "../support/breakable-disk.ts";
import { tempFolder } from "../support/temp-folder.ts";

/** Opens a log and tells what it read. */
async function opened(folder: string, over: Partial<LineLogOptions> = {}) {
  const lines: string[] = [];
  const log = await LineLog.open({ folder, rotateBytes: 1000, onLine: (line) => lines.push(line), ...over });
  return { log, lines };
}

async function linesIn(folder: string): Promise<string[]> {
  const { log, lines } = await opened(folder);
  await log.close();
  return lines;
}

/** A log on a disk that counts its calls from here on. */
async function onBreakableDisk(over: Partial<LineLogOptions> = {}) {
  const folder = tempFolder();
  const disk = breakableDisk();
  const { log } = await opened(folder, { disk, ...over });
  disk.calls.length = 0;
  return { folder, disk, log };
}

test("a line is written, synced and only then acknowledged", async () => {
  const { folder, disk, log } = await onBreakableDisk();
  const place = await log.append("one");
  assert.deepEqual(disk.calls, ["write dlq.jsonl", "datasync dlq.jsonl"]);
  assert.equal(readFileSync(join(folder, "dlq.jsonl"), "utf8"), "one\n");
  assert.equal(await log.read(place), "one");
  await log.close();
});

test("lines that come together, or while a sync is under way, share one sync", async () => {
  const { disk, log } = await onBreakableDisk();
  let release!: () => void;
  const held = new Promise<void>((resolve) => release = resolve);
  const syncing = new Promise<void>((resolve) => {
    disk.before = (call) => {
      if (!call.startsWith("datasync")) return undefined;
      resolve();
      return held;
    };
  });
  const early = ["a", "b", "c"].map((line) => log.append(line));
  await syncing;
  const late = ["d", "e"].map((line) => log.append(line));
  release();
  const places = await Promise.all([...early, ...late]);
  assert.deepEqual(disk.calls.filter((call) => call.startsWith("datasync")).length, 2);
  assert.deepEqual(await Promise.all(places.map((place) => log.read(place))), ["a", "b", "c", "d", "e"]);
  await log.close();
});

test("a line appended the moment another is acknowledged is written too", async () => {
  const { log } = await opened(tempFolder());
  const second = await log.append("one").then(() => log.append("two"));
  assert.equal(await log.read(second), "two");
  await log.close();
});

test("a file that is large enough is rotated, and the folder is synced before the next line counts", async () => {
  const { folder, disk, log } = await onBreakableDisk({ rotateBytes: 8 });
  const places = [];
  for (const line of ["one", "two", "three", "four"]) places.push(await log.append(line));
  assert.deepEqual(disk.calls.slice(4, 9), [
    "rename dlq-00000001.jsonl",
    "open dlq.jsonl",
    `open ${folder.split("/").at(-1)}`,
    `sync ${folder.split("/").at(-1)}`,
    "write dlq.jsonl",
  ]);
  assert.deepEqual(await Promise.all(places.map((place) => log.read(place))), ["one", "two", "three", "four"]);
  await log.close();
  assert.equal(readFileSync(join(folder, "dlq-00000001.jsonl"), "utf8"), "one\ntwo\n");
  assert.deepEqual(await linesIn(folder), ["one", "two", "three", "four"]);
});

test("numbers go on after a restart", async () => {
  const folder = tempFolder();
  for (const line of ["one", "two", "three"]) {
    const { log } = await opened(folder, { rotateBytes: 1 });
    await log.append(line);
    await log.close();
  }
  assert.deepEqual(readdirSync(folder).sort(), ["dlq-00000001.jsonl", "dlq-00000002.jsonl", "dlq.jsonl"]);
  assert.deepEqual(await linesIn(folder), ["one", "two", "three"]);
});

test("lines of rotated files can be read back after a restart", async () => {
  const folder = tempFolder();
  const first = await opened(folder, { rotateBytes: 1 });
  for (const line of ["one", "two"]) await first.log.append(line);
  await first.log.close();
  const places: Parameters<LineLog["read"]>[0][] = [];
  const { log } = await opened(folder, { onLine: (_, place) => places.push(place) });
  assert.deepEqual(await Promise.all(places.map((place) => log.read(place))), ["one", "two"]);
  await log.close();
});

const FAILURES: { name: string; break: (call: string) => void | number; code: string }[] = [
  { name: "a sync", break: on("datasync", () => fail("EIO")), code: "ERR_STORE_FAILED" },
  { name: "a write", break: on("write", () => fail("EIO")), code: "ERR_STORE_FAILED" },
  { name: "the rest of a short write", break: shortWrite("ENOSPC"), code: "ERR_STORE_FULL" },
];
for (const failure of FAILURES) {
  test(`${failure.name} that fails rejects its lines, now and after a restart, and the next line counts`, async () => {
    const { folder, disk, log } = await onBreakableDisk();
    const kept = await log.append("kept");
    disk.before = failure.break;
    const rejected = await Promise.allSettled([log.append("lost-1"), log.append("lost-2")]);
    assert.deepEqual(rejected.map((end) => end.status === "rejected" && end.reason.code), [failure.code, failure.code]);
    disk.before = () => {};
    disk.calls.length = 0;
    const next = await log.append("next");
    assert.deepEqual([await log.read(kept), await log.read(next)], ["kept", "next"]);
    await log.close();
    assert.equal(disk.calls[0], "rename dlq-00000001.good-5.jsonl");
    assert.equal(readFileSync(join(folder, "dlq.jsonl"), "utf8"), "next\n");
    assert.deepEqual(await linesIn(folder), ["kept", "next"]);
  });
}

test("a disk that stays full rejects each line, leaves no litter, and goes on when there is space", async () => {
  const { folder, disk, log } = await onBreakableDisk();
  await log.append("kept");
  disk.before = on("write", () => fail("ENOSPC"));
  for (let round = 0; round < 5; round++) await assert.rejects(log.append("no"), { code: "ERR_STORE_FULL" });
  disk.before = () => {};
  assert.equal((await log.append("again")).file.number, 2);
  await log.close();
  assert.deepEqual(readdirSync(folder).sort(), ["dlq-00000001.good-5.jsonl", "dlq.jsonl"]);
  assert.deepEqual(await linesIn(folder), ["kept", "again"]);
});

test("when the folder cannot be synced the line is rejected, and the next try syncs for another file", async () => {
  const { folder, disk, log } = await onBreakableDisk({ rotateBytes: 1 });
  await log.append("one");
  disk.before = (call) => call === `sync ${folder.split("/").at(-1)}` ? fail("EIO") : undefined;
  await assert.rejects(log.append("two"), { code: "ERR_STORE_FAILED" });
  disk.before = () => {};
  disk.calls.length = 0;
  await log.append("three");
  assert.deepEqual(disk.calls.slice(0, 2), ["unlink dlq.jsonl", "open dlq.jsonl"]);
  await log.close();
  assert.deepEqual(await linesIn(folder), ["one", "three"]);
});

test("a file that cannot be renamed or made is tried again by the next line", async () => {
  const { folder, disk, log } = await onBreakableDisk({ rotateBytes: 1 });
  await log.append("one");
  for (const call of ["rename", "open dlq.jsonl"]) {
    disk.before = on(call, () => fail("EACCES"));
    await assert.rejects(log.append("no"), { code: "ERR_STORE_FAILED" });
  }
  disk.before = () => {};
  await log.append("two");
  await log.close();
  assert.deepEqual(await linesIn(folder), ["one", "two"]);
});

test("what a crash left is written once more in its place before it counts", async () => {
  const folder = tempFolder();
  writeFileSync(join(folder, "dlq.jsonl"), "one\ntwo\nhal");
  const disk = breakableDisk();
  const { log, lines } = await opened(folder, { disk });
  assert.deepEqual(lines, ["one", "two", "hal"]);
  const writes = disk.calls.filter((call) => /write|sync/.test(call));
  assert.deepEqual(writes.slice(0, 3), ["write dlq.jsonl at 0", "write dlq.jsonl", "datasync dlq.jsonl"]);
  await log.append("next");
  await log.close();
  assert.equal(readFileSync(join(folder, "dlq.jsonl"), "utf8"), "one\ntwo\nhal\nnext\n");
});

test("a log that cannot be made sure of does not open", async () => {
  for (const [call, code, expected] of [["write", "EIO", "UNREADABLE"], ["datasync", "ENOSPC", "FULL"]] as const) {
    const folder = tempFolder();
    writeFileSync(join(folder, "dlq.jsonl"), "one\n");
    const disk = breakableDisk();
    disk.before = on(call, () => fail(code));
    await assert.rejects(opened(folder, { disk }), { code: `ERR_STORE_${expected}` });
  }
  await assert.rejects(opened(join(tempFolder(), "absent")), { code: "ERR_STORE_UNREADABLE" });
});

test("the files are for their owner only, old ones too", async () => {
  const folder = tempFolder();
  const mode = () => statSync(join(folder, "dlq.jsonl")).mode & 0o777;
  const first = await opened(folder);
  assert.equal(mode(), 0o600);
  await first.log.close();
  chmodSync(join(folder, "dlq.jsonl"), 0o644);
  await (await opened(folder)).log.close();
  assert.equal(mode(), 0o600);
});

test("close waits for the lines under way and refuses later ones", async () => {
  const folder = tempFolder();
  const { log } = await opened(folder);
  const place = log.append("one");
  await log.close();
  await assert.rejects(log.append("two"), { code: "ERR_STORE_CLOSED" });
  await assert.rejects(log.read(await place), { code: "ERR_STORE_CLOSED" });
  assert.deepEqual(await linesIn(folder), ["one"]);
});

test("a file that was moved away by hand does not stop the next line", async () => {
  const folder = tempFolder();
  const { log } = await opened(folder, { rotateBytes: 1 });
  await log.append("one");
  renameSync(join(folder, "dlq.jsonl"), join(folder, "mine"));
  await log.append("two");
  await log.close();
  assert.deepEqual(await linesIn(folder), ["two"]);
});

test("a file that failed and was removed by hand does not stop the next line", async () => {
  const { folder, disk, log } = await onBreakableDisk();
  disk.before = on("datasync", () => fail("EIO"));
  await assert.rejects(log.append("no"), { code: "ERR_STORE_FAILED" });
  disk.before = () => {};
  rmSync(join(folder, "dlq.jsonl"));
  await log.append("one");
  await log.close();
  assert.deepEqual(await linesIn(folder), ["one"]);
});

test("a line that somebody else appended is left alone", async () => {
  const folder = tempFolder();
  const { log } = await opened(folder);
  await log.append("one");
  await log.close();
  appendFileSync(join(folder, "dlq.jsonl"), "by hand\n");
  assert.deepEqual(await linesIn(folder), ["one", "by hand"]);
});

function on(start: string, act: () => void): (call: string) => void {
  return (call) => call.startsWith(start) ? act() : undefined;
}

function fail(code: string): never {
  throw systemError(code);
}

/** Takes three bytes, then fails. */
function shortWrite(code: string): (call: string) => void | number {
  let writes = 0;
  return (call) => call.startsWith("write") ? (writes++ === 0 ? 3 : fail(code)) : undefined;
}
