import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { Awaited } from "../../src/accept/awaited.ts";
import { joinPath } from "../../src/daemon/join-path.ts";
import type { Project } from "../../src/daemon/project.ts";
import type { DeadLetter, Delivery, Outcome } from "../../src/model.ts";
import type { HandlerEntry } from "../../src/ports.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import { aConfig, aSource } from "../support/a-config.ts";
import { aProject } from "../support/a-project.ts";
import { anEvent } from "../support/an-event.ts";
import { fakeClock, settled } from "../support/fake-clock.ts";
import { randomFrom } from "../../src/cli/seeded-random.ts";

const ATTEMPTS = 3;
const KEYS = ["a", "b", "c", undefined];
const failure = { code: "Error", message: "no luck" };

/** How each run ends, as often as it runs: the last ending is repeated. */
const ending = fc.constantFrom<Outcome["kind"] | "later">("ok", "failed", "refused", "interrupted", "later");
const event = fc.record({
  key: fc.nat(KEYS.length - 1),
  endings: fc.array(ending, { minLength: 1, maxLength: 5 }),
  runMs: fc.integer({ min: 1, max: 500 }),
  pauseMs: fc.nat(300),
});
type Planned = typeof event extends fc.Arbitrary<infer T> ? T : never;

describe("mailboxes and settlement rules on a virtual clock (fast-check prints its seed when it fails)", () => {
  it("run the events of a key one at a time and in order through all retries, and end every one", async () => {
    const schedules = fc.tuple(
      fc.array(event, { minLength: 1, maxLength: 25 }),
      fc.integer({ min: 1, max: 6 }),
      fc.nat(),
    );
    await fc.assert(fc.asyncProperty(schedules, ([events, slots, seed]) => play(events, { slots, seed })), {
      numRuns: 60,
    });
  });
});

async function play(events: readonly Planned[], { slots, seed }: { slots: number; seed: number }): Promise<void> {
  const clock = fakeClock();
  const store = new MemoryStore(clock);
  const letters: DeadLetter[] = [];
  const runs: Run[] = [];
  const plans = new Map(events.map((each, n) => [`e${n}`, { ...each, endings: [...each.endings] }]));
  const run = async (delivery: Delivery) => {
    const plan = plans.get(delivery.event.key)!;
    const kind = plan.endings.length > 1 ? plan.endings.shift()! : plan.endings[0]!;
    const started: Run = { delivery, from: clock.now(), to: Infinity, kind };
    runs.push(started);
    await new Promise<void>((resolve) => clock.after(plan.runMs, resolve));
    started.to = clock.now();
    // An interruption for ever would never end: a neighbour cannot kill the thread each time.
    const again = kind === "interrupted" &&
      runs.filter((each) => each.delivery.event.id === delivery.event.id).length < 9;
    return {
      outcome: outcomeOf(again || kind !== "interrupted" ? kind : "ok"),
      startedAt: started.from,
      durationMs: plan.runMs,
    };
  };
  const path = joinPath({
    store,
    deadLetters: { append: (letter) => Promise.resolve(void letters.push(letter)) },
    awaited: new Awaited(clock),
    died: new Map(),
    project: () => projectWith(slots),
    pool: () => ({ run: (delivery, _plan, ended) => void run(delivery).then(ended) }),
    clock,
    random: randomFrom(seed),
    emit: () => {},
  });
  path.start();
  const accepted: string[] = [];
  for (const [n, each] of events.entries()) {
    const orderingKey = KEYS[each.key];
    const [appended] = await store.append([
      anEvent({ key: `e${n}`, receivedAt: clock.now(), ...(orderingKey !== undefined && { orderingKey }) }),
    ]);
    assert.equal(appended?.kind, "stored");
    accepted.push(appended.event.id);
    await clock.advance(each.pauseMs);
  }
  for (let turn = 0; store.status().depth > 0; turn++) {
    assert.ok(turn < 2000, "everything ends at last");
    await clock.advance(clock.next() === undefined ? 1 : Math.max(1, clock.next()! - clock.now()));
  }
  await path.drain();
  await settled();
  await check({ store, accepted, runs, letters });
}

interface Run {
  delivery: Delivery;
  from: number;
  to: number;
  kind: string;
}

function outcomeOf(kind: Outcome["kind"] | "later"): Outcome {
  switch (kind) {
    case "ok":
      return { kind, result: "1" };
    case "failed":
    case "refused":
      return { kind, failure };
    case "later":
      return { kind: "failed", failure, retryAfterMs: 1234 };
    case "interrupted":
      return { kind, cause: "stuck" };
  }
}

function projectWith(slots: number): Project {
  const entry: HandlerEntry = { file: 0, fileName: "a.ts", events: ["*"], retry: { attempts: ATTEMPTS } };
  const config = aConfig({
    pool: { ...aConfig().pool, threads: 1, perThread: slots },
    sources: [aSource({ mode: "ack" })],
  });
  const handlers = { entries: [entry], match: () => entry };
  return aProject(config, handlers);
}

async function check(
  end: { store: MemoryStore; accepted: string[]; runs: Run[]; letters: DeadLetter[] },
): Promise<void> {
  const { store, accepted, runs, letters } = end;
  for (const key of KEYS.filter((each) => each !== undefined)) {
    const ofKey = runs.filter(({ delivery }) => delivery.event.orderingKey === key);
    for (const [n, run] of ofKey.entries()) {
      const before = ofKey[n - 1];
      if (before === undefined) continue;
      assert.ok(before.to <= run.from, "one at a time");
      assert.ok(before.delivery.event.id <= run.delivery.event.id, "in order of acceptance, also across retries");
    }
  }
  for (const id of accepted) {
    const record = await store.find(id);
    const ofEvent = runs.filter(({ delivery }) => delivery.event.id === id);
    const charged = ofEvent.filter(({ kind }) => kind !== "interrupted").length;
    assert.ok(charged <= ATTEMPTS, "attempts never exceed the limit");
    assert.ok(record?.state === "completed" || record?.state === "dead");
    assert.equal(letters.filter((letter) => letter.event.id === id).length, record.state === "dead" ? 1 : 0);
    for (const [n, { delivery, from }] of ofEvent.entries()) {
      const due = record.attempts.find(({ attempt }) => attempt === delivery.attempt - 1)?.nextAttemptAt;
      if (n > 0 && due !== undefined) assert.ok(from >= due, "no retry before its time");
    }
  }
}
