/** The judge of the campaigns is judged first: each thing that can go wrong must show. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { account, accountLine, AckLog, type Evidence } from "../support/ack-log.ts";

const KEYS = ["a", "b", "c", "d"];
const STATES = ["completed", "dead", "retryable", "completed"];

/** Four events of one ordering key: processed, dead, waiting, processed. */
function fine(): Evidence & { acked: AckLog; states: Map<string, string> } {
  const acked = new AckLog();
  const ran = KEYS.map((key, seq) => ({
    id: `id-${key}`,
    key,
    type: "t",
    order: "o",
    attempt: 1,
    seq,
    sha256: `sha-${key}`,
  }));
  for (const { key, id, sha256, order, seq } of ran) acked.add({ key, eventId: id, sha256, order, seq });
  return {
    acked,
    effects: [ran[0]!, ran[1]!, ran[1]!, ran[2]!, ran[3]!],
    states: new Map(KEYS.map((key, index) => [`id-${key}`, STATES[index]!])),
    letters: [{ id: "id-b", event: { id: "id-b", key: "b" } }],
  };
}

const NOTHING = { lost: [], twice: [], disorder: [], foreign: [] };

test("a run without fault is accounted for to the last event", () => {
  const found = account(fine());
  assert.deepEqual(found, { acked: 4, processed: 2, dead: 1, waiting: 1, ...NOTHING });
  assert.equal(
    accountLine({ row: 1, seed: 7 }, found),
    "row=1 seed=7 acked=4 processed=2 dead=1 waiting=1 lost=0 twice=0 disorder=0 foreign=0",
  );
});

const FAULTS: [
  string,
  (evidence: ReturnType<typeof fine>) => Partial<Evidence> | void,
  Partial<typeof NOTHING> | object,
][] = [
  ["an acked event that hookd does not know", ({ states }) => void states.delete("id-a"), { lost: ["id-a"] }],
  ["a processed event that never ran", ({ effects }) => ({ effects: effects.slice(1) }), { lost: ["id-a"] }],
  ["a dead event without a letter", () => ({ letters: [] }), { lost: ["id-b"] }],
  ["a processed event with a letter", ({ states }) => void states.set("id-b", "completed"), { lost: ["id-b"] }],
  ["an event that was acked under two ids", ({ acked }) => acked.add({ key: "a", eventId: "id-x", sha256: "" }), {
    twice: ["a"],
  }],
  ["a key that ran under two ids", ({ effects }) => ({ effects: [...effects, { ...effects[4]!, id: "id-x" }] }), {
    twice: ["d"],
  }],
  ["a letter that stands there twice", ({ letters }) => ({ letters: [...letters, ...letters] }), { twice: ["id-b"] }],
  ["a first run before an earlier event", ({ effects: [a, b, , c, d] }) => ({ effects: [b!, a!, c!, d!] }), {
    disorder: ["o"],
  }],
  ["a repeated run after a later event", ({ effects }) => ({ effects: [...effects, effects[0]!] }), {
    disorder: ["o"],
  }],
  ["a run with other bytes", ({ effects: [a, ...rest] }) => ({ effects: [{ ...a!, sha256: "x" }, ...rest] }), {
    foreign: ["id-a"],
  }],
  [
    "a run of what nobody sent",
    ({ effects }) => ({ effects: [...effects, { ...effects[4]!, key: "x", id: "id-x" }] }),
    {
      foreign: ["id-x"],
    },
  ],
];
for (const [name, spoil, expected] of FAULTS) {
  test(`the account shows ${name}`, () => {
    const evidence = fine();
    const { lost, twice, disorder, foreign } = account({ ...evidence, ...spoil(evidence) });
    assert.deepEqual({ lost, twice, disorder, foreign }, { ...NOTHING, ...expected });
  });
}
