import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Awaited } from "../../src/accept/awaited.ts";
import { joinPath, slotsOf } from "../../src/daemon/join-path.ts";
import { HookdError } from "../../src/errors.ts";
import type { DeadLetter, Delivery, Failure, NewEvent, Outcome } from "../../src/model.ts";
import type { HandlerEntry } from "../../src/ports.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import { aConfig, aSource } from "../support/a-config.ts";
import { aProject } from "../support/a-project.ts";
import { anEvent } from "../support/an-event.ts";
import { fakeClock, settled } from "../support/fake-clock.ts";

const entry: HandlerEntry = { file: 0, fileName: "a.ts", events: ["order.*"], retry: { attempts: 2 } };
const failed: Outcome = { kind: "failed", failure: { code: "Error", message: "no luck" } };

function rig(options: { outcomes?: Outcome[]; unknown?: "accept" | "reject"; died?: Map<string, Failure> } = {}) {
  const clock = fakeClock();
  const store = new MemoryStore(clock);
  const config = aConfig({ sources: [aSource({ unknown: options.unknown ?? "reject" })] });
  const handlers = { entries: [entry], match: (type: string) => type.startsWith("order.") ? entry : undefined };
  const project = aProject(config, handlers);
  const letters: DeadLetter[] = [];
  const runs: Delivery[] = [];
  const outcomes = options.outcomes ?? [];
  const path = joinPath({
    store,
    deadLetters: { append: (letter) => Promise.resolve(void letters.push(letter)) },
    awaited: new Awaited(clock),
    died: options.died ?? new Map(),
    project: () => project,
    pool: () => ({
      run: (delivery, _plan, ended) => {
        runs.push(delivery);
        ended({ outcome: outcomes.shift() ?? { kind: "ok", result: "1" }, startedAt: 0, durationMs: 0 });
      },
    }),
    clock,
    random: () => 0.5,
    emit: () => {},
  });
  path.start();
  const append = async (over: Partial<NewEvent> = {}) => {
    const [appended] = await store.append([anEvent({ receivedAt: clock.now(), ...over })]);
    assert.equal(appended?.kind, "stored");
    await settled();
    return appended.event.id;
  };
  const stateOf = async (id: string) => (await store.find(id))?.state;
  return { clock, store, letters, runs, append, stateOf };
}

describe("the path", () => {
  it("runs a stored event and completes it", async () => {
    const { append, stateOf, runs } = rig();
    assert.equal(await stateOf(await append()), "completed");
    assert.equal(runs.length, 1);
  });

  it("retries by the handler's rules, then writes a dead letter", async () => {
    const { append, stateOf, runs, letters, clock } = rig({ outcomes: [failed, failed] });
    const id = await append();
    assert.equal(await stateOf(id), "retryable");
    await clock.advance(1000);
    assert.equal(await stateOf(id), "dead");
    assert.deepEqual(runs.map(({ attempt }) => attempt), [1, 2]);
    assert.deepEqual(letters.map((letter) => [letter.id, letter.attempts, letter.error]), [[id, 2, "no luck"]]);
  });

  it("runs again, uncharged, what was interrupted", async () => {
    const { append, stateOf, runs } = rig({ outcomes: [{ kind: "interrupted", cause: "stuck" }] });
    assert.equal(await stateOf(await append()), "completed");
    assert.deepEqual(runs.map(({ attempt }) => attempt), [1, 1]);
  });

  it("skips a type without a handler where the source takes it, and fails it elsewhere", async () => {
    const taking = rig({ unknown: "accept" });
    const id = await taking.append({ type: "stranger" });
    assert.equal((await taking.store.find(id))?.result, '{"status":"skipped"}');
    assert.equal(taking.runs.length, 0);
    const refusing = rig();
    const other = await refusing.append({ type: "stranger" });
    assert.equal(await refusing.stateOf(other), "retryable");
    assert.match((await refusing.store.find(other))?.failure?.message ?? "", /No handler/);
  });

  it("does not run an event whose letter was written before a crash, however often the disk refuses", async () => {
    const died = new Map<string, Failure>([["another", { code: "Error", message: "no luck" }]]);
    const { append, stateOf, runs, store, clock } = rig({ died });
    const settle = store.settle.bind(store);
    let refusals = 1;
    store.settle = (delivery, decision, attempt) =>
      refusals-- > 0 ? Promise.reject(new HookdError("ERR_STORE_FULL", "full")) : settle(delivery, decision, attempt);
    died.has = () => true;
    died.get = () => ({ code: "Error", message: "no luck" });
    const id = await append();
    assert.equal(await stateOf(id), "running");
    await clock.advance(1000);
    assert.equal(await stateOf(id), "dead");
    assert.equal(runs.length, 0);
  });

  it("has a slot for each attempt that the threads may run at once", () => {
    assert.equal(slotsOf({ pool: { ...aConfig().pool, threads: 3, perThread: 5 } }), 15);
  });
});
