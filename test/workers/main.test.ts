import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { aPool } from "../execute/a-pool.ts";

describe("workers/main.ts", () => {
  it("is imported once in each thread, though piscina tries to require it first", async () => {
    const { pool, signals, outcome } = await aPool();
    const threads = signals.flatMap((signal) => signal.kind === "worker-started" ? [signal.thread] : []);
    assert.equal(new Set(threads).size, 2);
    assert.equal(threads.length, 2);
    assert.deepEqual(await outcome("return", { value: 1 }), { kind: "ok", result: "1" });
    assert.deepEqual(pool.threads(), { idle: 2, busy: 0, starting: 0 });
  });
});
