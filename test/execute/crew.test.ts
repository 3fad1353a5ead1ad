import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { Crew, type CrewOptions } from "../../src/execute/crew.ts";
import type { RunRequest } from "../../src/execute/protocol.ts";
import { loadingOf } from "../../src/execute/worker-entry.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { ACTS, anActEvent } from "./a-pool.ts";

interface ACrew {
  crew: Crew;
  deaths: [cause: string, detail: string][];
  /** Resolves when `count` threads have come up in all. */
  up(count: number): Promise<void>;
  request(act: string): RunRequest;
}

function aCrew(over: Partial<CrewOptions>): ACrew {
  const log = join(tempFolder(), "runs");
  writeFileSync(log, "");
  const deaths: [string, string][] = [];
  let ready = 0;
  let run = 0;
  const waiting: { count: number; resolve: () => void }[] = [];
  const crew = new Crew({
    setup: { files: [ACTS], drain: new SharedArrayBuffer(4), resultBytesMax: 1_000 },
    loading: loadingOf([ACTS]),
    threads: 1,
    perThread: 4,
    memoryBytes: 128 * 2 ** 20,
    alone: false,
    onMessage: () => {},
    onReady: () => {
      ready += 1;
      for (const { count, resolve } of waiting) if (ready >= count) resolve();
    },
    onStartFailed: (message) => assert.fail(message),
    onDeath: (_thread, cause, detail) => void deaths.push([cause, detail]),
    ...over,
  });
  return {
    crew,
    deaths,
    up: (count) =>
      new Promise((resolve) => {
        if (ready >= count) resolve();
        else waiting.push({ count, resolve });
      }),
    request: (act) => {
      const { source, type, key, receivedAt, headers, body, id } = anActEvent(act, { runs: log, ms: 100 });
      run += 1;
      const event = { id, source, type, key, receivedAt, headers, body, orderingKey: undefined };
      return { ...event, run, file: 0, attempt: 1, timeoutMs: 20_000, dataPointer: "" };
    },
  };
}

describe("a crew", () => {
  it("spreads runs over its threads", async () => {
    const { crew, up, request } = aCrew({ threads: 2 });
    await up(2);
    const runs = Array.from({ length: 4 }, () => crew.attempt(request("wait")));
    assert.deepEqual(crew.look(0).map(({ inFlight }) => inFlight), [2, 2]);
    assert.deepEqual(crew.threads(), { idle: 0, busy: 2, starting: 0 });
    assert.deepEqual((await Promise.all(runs)).map(({ kind }) => kind), runs.map(() => "answered"));
    assert.deepEqual(crew.threads(), { idle: 2, busy: 0, starting: 0 });
    await crew.close();
  });

  it("runs what waited for a thread to be replaced, once it is", async () => {
    const { crew, up, request, deaths } = aCrew({});
    await up(1);
    const exits = crew.attempt(request("exit"));
    assert.deepEqual(await exits, { kind: "guilty", cause: "exit" });
    assert.equal((await crew.attempt(request("return"))).kind, "answered");
    assert.deepEqual(deaths, [["exit", "exit code 3"]]);
    await crew.close();
  });

  it("gives each of the suspects a thread of its own, and tells of no death when that goes", async () => {
    const { crew, up, request, deaths } = aCrew({ alone: true, threads: 2 });
    assert.deepEqual(crew.threads(), { idle: 0, busy: 0, starting: 0 });
    const acts = ["return", "wait", "exit", "return", "wait", "throw"];
    const endings = await Promise.all(acts.map((act) => crew.attempt(request(act))));
    const kinds = acts.map((act) => act === "exit" ? "guilty" : "answered");
    assert.deepEqual(endings.map(({ kind }) => kind), kinds);
    await up(acts.length);
    assert.deepEqual(deaths, [["exit", "exit code 3"]]);
    await crew.close();
  });

  it("retires a thread when its last run has ended, and not before", async () => {
    const { crew, up, request, deaths } = aCrew({});
    await up(1);
    const run = crew.attempt(request("wait"));
    crew.retire(crew.look(0)[0]!.thread);
    assert.equal((await run).kind, "answered");
    await up(2);
    assert.deepEqual(deaths.map(([cause]) => cause), ["stuck"]);
    await crew.close();
  });
});
