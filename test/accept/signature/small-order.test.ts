import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import { it } from "node:test";
import { isSmallOrder } from "../../../src/accept/signature/small-order.ts";

const P = 2n ** 255n - 19n;
const mod = (a: bigint) => ((a % P) + P) % P;
const power = (base: bigint, exponent: bigint): bigint =>
  exponent === 0n ? 1n : mod(power(mod(base * base), exponent >> 1n) * (exponent & 1n ? base : 1n));
const divide = (a: bigint, b: bigint) => mod(a * power(mod(b), P - 2n));
const D = divide(-121665n, 121666n);

/** RFC 8032 section 5.1: on -x² + y² = 1 + dx²y², twice a point has this y. */
function doubled(y: bigint): bigint {
  const square = mod(y * y);
  const xSquare = divide(square - 1n, D * square + 1n);
  return divide(square + xSquare, 2n - square + xSquare);
}

function yOf(key: Uint8Array): bigint {
  const bytes = Buffer.from(key).reverse();
  bytes[0] = bytes[0]! & 0x7f;
  return mod(BigInt(`0x${bytes.toString("hex")}`));
}

/** Eight times the point is the neutral one, whose y is 1. */
function orderDividesEight(key: Uint8Array): boolean {
  return doubled(doubled(doubled(yOf(key)))) === 1n;
}

const encoded = (y: bigint) => Buffer.from(y.toString(16).padStart(64, "0"), "hex").reverse();
const SMALL = [
  ...[0n, 1n, P - 1n, P, P + 1n].map(encoded),
  ...["26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"].flatMap((eighth) => {
    const y = Buffer.from(eighth, "hex");
    return [y, encoded(P - yOf(y))];
  }),
];

for (const key of SMALL) {
  it(`${key.toString("hex").slice(0, 12)} has a small order, with either sign`, () => {
    assert(orderDividesEight(key));
    const other = Buffer.from(key);
    other[31] = other[31]! ^ 0x80;
    for (const each of [key, other]) assert(isSmallOrder(each));
  });
}

it("no other key is taken for one of them", () => {
  const keys = [2n, 17n, P - 2n, P + 2n].map(encoded).concat(Array.from({ length: 20 }, () => randomBytes(32)));
  for (const key of keys) {
    assert.equal(orderDividesEight(key), false);
    assert.equal(isSmallOrder(key), false);
  }
});
