import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type WaitingRow, WaitingTable } from "../../../src/store/journal/waiting-table.ts";

function aRow(seq: number): WaitingRow {
  const event = 2 ** 32 + seq;
  return { event, frameBytes: 100, last: event, hash: 1, mailbox: 0, seq, receivedAt: 1000, charged: 0, generation: 0 };
}

describe("the waiting table", () => {
  it("keeps all of a row in its columns", () => {
    const table = new WaitingTable();
    const row = {
      event: 1,
      frameBytes: 2,
      last: 3,
      hash: 4,
      mailbox: 5,
      seq: 6,
      receivedAt: 7,
      charged: 8,
      generation: 9,
    };
    const slot = table.add(row);
    const names = Object.keys(row) as (keyof typeof row)[];
    assert.deepEqual(Object.fromEntries(names.map((name) => [name, table[name][slot]])), row);
  });

  it("lists rows by acceptance both ways, through any removals and reuse of slots, past its first size", () => {
    const removals = fc.array(fc.option(fc.nat(), { nil: undefined }), { maxLength: 200 });
    fc.assert(
      fc.property(fc.constantFrom(0, 1, 3, 1000), removals, (size, steps) => {
        const table = new WaitingTable();
        for (let seq = 0; seq < size; seq++) table.add(aRow(seq));
        const model = [...table.oldestFirst()];
        steps.forEach((remove, step) => {
          if (remove === undefined || model.length === 0) model.push(table.add(aRow(size + step)));
          else table.remove(model.splice(remove % model.length, 1)[0]!);
        });
        assert.deepEqual([...table.oldestFirst()], model);
        assert.deepEqual([...table.newestFirst()], model.toReversed());
        assert.equal(table.oldest(), model[0]);
        assert.equal(table.size, model.length);
      }),
      { numRuns: 50 },
    );
  });

  it("gives the slots in use to a walk, whatever comes and goes meanwhile", () => {
    const table = new WaitingTable();
    for (let seq = 0; seq < 6; seq++) table.add(aRow(seq));
    table.remove(1);
    const seen: number[] = [];
    for (const slot of table.slots()) {
      seen.push(slot);
      if (slot === 2) {
        table.remove(2);
        table.remove(4);
        table.add(aRow(7));
        table.add(aRow(8));
        table.add(aRow(9));
        table.add(aRow(10));
      }
    }
    assert.deepEqual(seen, [0, 2, 3, 4, 5, 6], "the slots 4, 2 and 1 were used again, and 6 is new");
  });

  it("is empty again when all rows are gone", () => {
    const table = new WaitingTable();
    for (const slot of [table.add(aRow(1)), table.add(aRow(2))]) table.remove(slot);
    assert.deepEqual([table.size, table.oldest(), [...table.oldestFirst()]], [0, undefined, []]);
  });

  it("lets the current row be removed while it lists", () => {
    const table = new WaitingTable();
    for (let seq = 0; seq < 5; seq++) table.add(aRow(seq));
    const seen: number[] = [];
    for (const slot of table.oldestFirst()) {
      seen.push(table.seq[slot]!);
      table.remove(slot);
    }
    assert.deepEqual(seen, [0, 1, 2, 3, 4]);
  });

  it("puts rows that came out of order back in order", () => {
    const table = new WaitingTable();
    for (const seq of [3, 1, 2]) table.add(aRow(seq));
    table.sortBySeq();
    assert.deepEqual([...table.oldestFirst()].map((slot) => table.seq[slot]), [1, 2, 3]);
    assert.deepEqual([...table.newestFirst()].map((slot) => table.seq[slot]), [3, 2, 1]);
    assert.equal(table.seq[table.add(aRow(4))], 4);
    assert.deepEqual([...table.oldestFirst()].map((slot) => table.seq[slot]), [1, 2, 3, 4]);
  });
});
