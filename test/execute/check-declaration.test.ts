import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checkDeclaration, findClashes } from "../../src/execute/check-declaration.ts";
import type { Declaration } from "../../src/execute/protocol.ts";

const place = { file: 3, fileName: "order.ts" };
const declaration = (over: Partial<Declaration>): Declaration => ({
  file: "/handlers/order.ts",
  events: "order.placed",
  lines: { event: 4, retry: 6, timeout: 7 },
  ...over,
});

describe("checkDeclaration", () => {
  it("turns a declaration into an entry, in numbers", () => {
    const retry = { attempts: 5, base: "1s", factor: 1.5, max: 60_000, jitter: "none" };
    const events = ["order.placed", "order.*"];
    const checked = checkDeclaration(
      declaration({ events, retry, timeout: "1m30s", schema: { type: "object" } }),
      place,
    );
    assert.deepEqual(checked, {
      kind: "ok",
      entry: {
        file: 3,
        fileName: "order.ts",
        events,
        schema: { type: "object" },
        retry: { attempts: 5, baseMs: 1_000, factor: 1.5, maxMs: 60_000, jitter: "none" },
        timeoutMs: 90_000,
      },
    });
  });

  it("leaves out what is not declared", () => {
    assert.deepEqual(checkDeclaration(declaration({}), place), {
      kind: "ok",
      entry: { ...place, events: ["order.placed"], retry: {} },
    });
  });

  const faulty: [Partial<Declaration>, line: number, message: RegExp][] = [
    [{ events: undefined }, 4, /^event is missing: expected a type such as "order.placed"/],
    [{ events: 5 }, 4, /^event is 5: /],
    [{ events: [] }, 4, /^event is an empty list/],
    [{ events: ["a", "b*"] }, 4, /^event "b\*" is no pattern/],
    [{ timeout: "soon" }, 7, /^timeout is "soon": expected a duration such as "10s"/],
    [{ timeout: 0 }, 7, /^timeout is 0/],
    [{ timeout: null }, 7, /^timeout is null/],
    [{ timeout: "25h" }, 7, /^timeout is "25h"/],
    [{ retry: [] }, 6, /^retry is \[\]: expected an object/],
    [{ retry: { attempt: 5 } }, 6, /^retry has the unknown property "attempt": known are attempts, /],
    [{ retry: { attempts: 0 } }, 6, /^retry\.attempts is 0: expected a whole number from 1 to 1000/],
    [{ retry: { attempts: 2.5 } }, 6, /^retry\.attempts is 2\.5/],
    [{ retry: { attempts: "5" } }, 6, /^retry\.attempts is "5"/],
    [{ retry: { factor: 0.5 } }, 6, /^retry\.factor is 0\.5: expected a number from 1 to 100/],
    [{ retry: { base: "1 s" } }, 6, /^retry\.base is "1 s"/],
    [{ retry: { max: -1 } }, 6, /^retry\.max is -1/],
    [{ retry: { jitter: "half" } }, 6, /^retry\.jitter is "half": expected "full" or "none"/],
  ];
  for (const [over, line, message] of faulty) {
    it(`finds ${JSON.stringify(over)}`, () => {
      const checked = checkDeclaration(declaration(over), place);
      assert.equal(checked.kind, "faulty");
      const [fault, ...more] = checked.kind === "faulty" ? checked.faults : [];
      assert.deepEqual(more, []);
      assert.deepEqual([fault?.file, fault?.line], ["order.ts", line]);
      assert.match(fault?.message ?? "", message);
    });
  }

  it("reports all faults of a file at once", () => {
    const checked = checkDeclaration(
      declaration({ events: "a b", retry: { attempts: 0, base: "x" }, timeout: "y" }),
      place,
    );
    assert.equal(checked.kind === "faulty" ? checked.faults.length : 0, 4);
  });
});

describe("findClashes", () => {
  const entry = (fileName: string, ...events: string[]) => ({ file: 0, fileName, events, retry: {} });

  it("names both files that declare one pattern", () => {
    assert.deepEqual(findClashes([entry("a.ts", "x", "y.*"), entry("b.ts", "y.*"), entry("c.ts", "y")]), [
      { file: "b.ts", message: 'declares "y.*", which a.ts declares too' },
    ]);
  });

  it("finds a pattern that one file declares twice", () => {
    assert.equal(findClashes([entry("a.ts", "x", "x")]).length, 1);
  });
});
