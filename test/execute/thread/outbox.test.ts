import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { RunAnswer } from "../../../src/execute/protocol.ts";
import type { AnswerBatch } from "../../../src/execute/run-batch.ts";
import { Outbox } from "../../../src/execute/thread/outbox.ts";

const turn = () => new Promise((resolve) => setImmediate(resolve));
const ok: RunAnswer = { kind: "ok", result: '"r"' };
const failed: RunAnswer = { kind: "failed", failure: { code: "E", message: "m" } };

function rig() {
  const posted: AnswerBatch[] = [];
  return { posted, outbox: new Outbox((answers) => posted.push(answers)) };
}

describe("the outbox of a thread", () => {
  it("posts what is there in one turn together, a result as its text", async () => {
    const { outbox, posted } = rig();
    outbox.add(1, ok);
    await Promise.resolve();
    outbox.add(2, failed);
    assert.deepEqual(posted, []);
    await turn();
    assert.deepEqual(posted, [[1, '"r"', 2, failed]]);
    outbox.add(3, ok);
    await turn();
    assert.deepEqual(posted.slice(1), [[3, '"r"']]);
  });

  it("posts at once when it must, and then nothing twice", async () => {
    const { outbox, posted } = rig();
    outbox.add(1, ok);
    outbox.flush();
    assert.equal(posted.length, 1);
    outbox.flush();
    await turn();
    assert.equal(posted.length, 1);
  });
});
