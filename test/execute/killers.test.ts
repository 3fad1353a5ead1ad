import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Killers } from "../../src/execute/killers.ts";

describe("the killers", () => {
  it("are remembered up to a thousand, the oldest forgotten first", () => {
    const killers = new Killers();
    for (let n = 0; n < 1_000; n++) killers.add(`e${n}`);
    killers.add("e0");
    killers.add("e1000");
    assert.deepEqual(["e0", "e1", "e2", "e1000", "e1001"].map((id) => killers.has(id)), [
      true,
      false,
      true,
      true,
      false,
    ]);
  });
});
