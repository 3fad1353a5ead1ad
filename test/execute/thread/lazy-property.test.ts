import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { lazyProperty } from "../../../src/execute/thread/lazy-property.ts";

function anObject() {
  let made = 0;
  const object = Object.defineProperty({ own: 1 }, "lazy", lazyProperty("lazy", () => ({ made: ++made })));
  return { object: object as { own: number; lazy: { made: number } }, made: () => made };
}

describe("a lazy property", () => {
  it("is made when it is first read, and once", () => {
    const { object, made } = anObject();
    assert.equal(made(), 0);
    assert.equal(object.lazy, object.lazy);
    assert.equal(made(), 1);
  });

  it("is the object's own: copies, JSON and keys have it", () => {
    assert.deepEqual({ ...anObject().object }, { own: 1, lazy: { made: 1 } });
    assert.equal(JSON.stringify(anObject().object), '{"own":1,"lazy":{"made":1}}');
    assert.deepEqual(Object.keys(anObject().object), ["own", "lazy"]);
  });
});
