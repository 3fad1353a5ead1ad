import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { createPretty } from "../../src/watch/log-sink.ts";
import { tempFolder } from "../support/temp-folder.ts";

const WRITER = fileURLToPath(new URL("../fixtures/watch/log-writer.ts", import.meta.url));
const RUN = "Deno" in globalThis ? ["run", "-A", "--no-check", "--quiet"] : ["--import", "tsx"];

/** A process that writes to its standard error as the daemon does, and ends in the way that `end` says. */
function startWriter(end: string, stderr: "pipe" | number): ChildProcess {
  return spawn(process.execPath, [...RUN, WRITER, end], { stdio: ["ignore", "pipe", stderr] });
}

/** The exit code, or the signal. */
function ended(child: ChildProcess): Promise<number | string | null> {
  return new Promise((resolve) => child.once("close", (code, signal) => resolve(code ?? signal)));
}

for (const [end, code] of [["exit", 3], ["throw", 1], ["return", 0]] as const) {
  test(`no line is lost when the process ends by ${end} right after it, nor its last words`, async () => {
    const file = join(tempFolder(), "log");
    const fd = openSync(file, "w");
    assert.equal(await ended(startWriter(end, fd)), code);
    closeSync(fd);
    // The runtime adds its own words on a throw; they are no JSON.
    const lines = readFileSync(file, "utf8").split("\n").filter((line) => line.startsWith("{"));
    assert.deepEqual(lines.map((line) => JSON.parse(line).n), Array.from({ length: 5_001 }, (_, n) => n));
  });
}

test("lines go out at the end of their turn, while the process goes on", async () => {
  const child = startWriter("wait", "pipe");
  let text = "";
  for await (const chunk of child.stderr ?? []) {
    text += String(chunk);
    if (text.includes('"n":4999}')) break;
  }
  child.kill("SIGKILL");
  assert.ok(text.startsWith('{"n":0}\n'));
});

test("a reader that is gone does not end the process", async () => {
  const child = startWriter("outlive", "pipe");
  child.stderr?.destroy();
  let said = "";
  child.stdout?.on("data", (chunk) => said += String(chunk));
  assert.equal(await ended(child), 0);
  assert.equal(said, "still here\n");
});

test("for people a line is one line, with its name first, and no control character gets through", () => {
  const line =
    `{"level":"warn","timestamp":"2023-11-14T22:13:20.000Z","action":"webhook_error","error":"a\\u001b[2J\\nb"}\n`;
  const pretty = createPretty(false)(line);
  assert.match(pretty, /^\[\d\d:\d\d:\d\d\.000\] WARN: webhook_error \{"error":"a\\u001b\[2J\\nb"\}\n$/);
  assert.ok(createPretty(true)(line).includes("\x1b["));
});

test("for people too, an error is text and no object, whatever a handler logs", () => {
  const line = `{"level":"info","action":"handler_log","err":{"stack":"x\\ny","message":"m"},"msg":"said","time":5}\n`;
  assert.equal(createPretty(false)(line).split("\n").length, 2);
});
