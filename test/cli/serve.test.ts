import assert from "node:assert/strict";
import { test } from "node:test";
import type { RunningDaemon } from "../../src/cli/needs.ts";
import { runProgram } from "../../src/cli/program.ts";
import { HookdError } from "../../src/errors.ts";
import { aConfig } from "../support/a-config.ts";
import { settled } from "../support/fake-clock.ts";
import { recordedNeeds } from "../support/recorded-needs.ts";

/** A daemon that does what the test says and tells what it was asked. */
function aDaemon(over: Partial<RunningDaemon> = {}) {
  const calls: string[] = [];
  let drained = () => {};
  const daemon: RunningDaemon = {
    publicUrl: "http://127.0.0.1:8080",
    adminUrl: "http://127.0.0.1:9464",
    devSecret: "made by dev",
    drain() {
      calls.push("drain");
      return new Promise<void>((resolve) => drained = resolve);
    },
    reload() {
      calls.push("reload");
      return Promise.resolve();
    },
    ...over,
  };
  return { daemon, calls, finishDraining: () => drained() };
}

for (const name of ["SIGTERM", "SIGINT"] as const) {
  test(`${name} drains, and the command ends with 0 once that is done`, async () => {
    const { daemon, calls, finishDraining } = aDaemon();
    const needs = recordedNeeds({ startDaemon: () => Promise.resolve(daemon) });
    const ended = runProgram(["serve"], needs);
    await settled();
    assert.deepEqual(calls, []);
    needs.signal(name);
    await settled();
    assert.deepEqual(calls, ["drain"]);
    assert.deepEqual(needs.exits, []);
    finishDraining();
    assert.equal(await ended, 0);
    assert.deepEqual(needs.exits, [0]);
    assert.deepEqual(needs.listening(), []);
  });
}

test("a second signal ends the process at once with 1", async () => {
  const { daemon, calls, finishDraining } = aDaemon();
  const needs = recordedNeeds({ startDaemon: () => Promise.resolve(daemon) });
  const ended = runProgram(["serve"], needs);
  await settled();
  needs.signal("SIGTERM");
  needs.signal("SIGINT");
  assert.deepEqual(needs.exits, [1]);
  assert.deepEqual(calls, ["drain"]);
  finishDraining();
  await ended;
});

test("a signal while the daemon starts drains it as soon as it runs", async () => {
  const { daemon, calls, finishDraining } = aDaemon();
  let started = (_: RunningDaemon) => {};
  const needs = recordedNeeds({ startDaemon: () => new Promise((resolve) => started = resolve) });
  const ended = runProgram(["serve"], needs);
  await settled();
  needs.signal("SIGTERM");
  assert.deepEqual(calls, []);
  started(daemon);
  await settled();
  assert.deepEqual(calls, ["drain"]);
  finishDraining();
  assert.equal(await ended, 0);
});

test("SIGHUP reloads, one reload after the other, and a faulty one leaves the daemon running", async () => {
  const ends: (() => void)[] = [];
  const { daemon, calls, finishDraining } = aDaemon({
    reload: () => {
      calls.push("reload");
      return new Promise((resolve, reject) =>
        ends.push(ends.length === 0 ? () => reject(new HookdError("ERR_CONFIG_INVALID", "line 3 is wrong")) : resolve)
      );
    },
  });
  const needs = recordedNeeds({ startDaemon: () => Promise.resolve(daemon) });
  const ended = runProgram(["serve"], needs);
  await settled();
  needs.signal("SIGHUP");
  needs.signal("SIGHUP");
  await settled();
  assert.deepEqual(calls, ["reload"]);
  ends[0]?.();
  await settled();
  assert.match(needs.err(), /reload failed, the old stays: line 3 is wrong/);
  assert.deepEqual(calls, ["reload", "reload"]);
  ends[1]?.();
  needs.signal("SIGTERM");
  finishDraining();
  assert.equal(await ended, 0);
});

test("--dev prints a send line and a curl line to stdout, and serve without it prints nothing", async () => {
  for (const args of [["serve", "--dev", "--config", "some.yaml"], ["serve", "--config", "some.yaml"]]) {
    const { daemon, finishDraining } = aDaemon();
    const asked: unknown[] = [];
    const needs = recordedNeeds({
      startDaemon: (options) => {
        asked.push(options);
        return Promise.resolve(daemon);
      },
      loadConfig: () => Promise.resolve(aConfig()),
    });
    const ended = runProgram(args, needs);
    // The lines load undici; wait for them, or for as long as nothing comes.
    if (args.includes("--dev")) { while (!needs.out().includes("curl")) await settled(); }
    needs.signal("SIGTERM");
    await settled();
    finishDraining();
    assert.equal(await ended, 0);
    assert.deepEqual(asked, [{ configFile: "some.yaml", dev: args.includes("--dev") }]);
    if (!args.includes("--dev")) assert.equal(needs.out(), "");
    else assert.match(needs.out(), /^Try it.*\n\nhookd send user\.created --source events .*\n\ncurl -sS .*\n\n$/);
  }
});

for (
  const [code, exit] of [
    ["ERR_CONFIG_INVALID", 2],
    ["ERR_CONFIG_UNREADABLE", 2],
    ["ERR_HANDLER_INVALID", 2],
    ["ERR_LISTEN_FAILED", 1],
    ["ERR_STORE_LOCKED", 1],
  ] as const
) {
  test(`a start that ends with ${code} is told with its hint and without a stack, exit ${exit}`, async () => {
    const error = new HookdError(code, "what was found\non two lines");
    const needs = recordedNeeds({ startDaemon: () => Promise.reject(error) });
    assert.equal(await runProgram(["serve"], needs), exit);
    assert.equal(needs.err(), `${code}: what was found\non two lines\n${error.hint}.\n`);
    assert.deepEqual(needs.listening(), []);
  });
}

test("a drain that fails is an error of the command", async () => {
  const { daemon } = aDaemon({ drain: () => Promise.reject(new HookdError("ERR_STORE_FAILED", "the disk is gone")) });
  const needs = recordedNeeds({ startDaemon: () => Promise.resolve(daemon) });
  const ended = runProgram(["serve"], needs);
  await settled();
  needs.signal("SIGTERM");
  assert.equal(await ended, 1);
  assert.deepEqual(needs.exits, []);
});
