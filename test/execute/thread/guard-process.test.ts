import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { aPool } from "../a-pool.ts";

// The guards change the whole process: they are looked at from outside of a thread that has them.
describe("the guards of a thread", () => {
  it("charge a throw in a timer, a rejection and an exit to their run among others in flight", async () => {
    const a = await aPool({ threads: 1 });
    const innocent = a.outcome("gate");
    await a.begun(1);
    const thrown = await Promise.all([a.outcome("throw-late"), a.outcome("reject-unhandled")]);
    assert.deepEqual(thrown.map((outcome) => "failure" in outcome && outcome.failure.message), [
      "too late",
      "nobody listens",
    ]);
    a.openGate();
    assert.deepEqual(await innocent, { kind: "ok", result: '"passed"' });
    const exits = await a.outcome("exit-later");
    assert.equal("failure" in exits && exits.failure.code, "ERR_THREAD_EXIT");
  });
});
