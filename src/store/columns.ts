/** Typed arrays that grow: the columns of the store's tables. Doubling, so that growth costs amortised nothing. */

function capacityFor(slot: number, current: number): number {
  return Math.max(current * 2, slot + 1);
}

export function growUint8(column: Uint8Array, slot: number): Uint8Array<ArrayBuffer> {
  const grown = new Uint8Array(capacityFor(slot, column.length));
  grown.set(column);
  return grown;
}

export function growUint16(column: Uint16Array, slot: number): Uint16Array<ArrayBuffer> {
  const grown = new Uint16Array(capacityFor(slot, column.length));
  grown.set(column);
  return grown;
}

export function growInt32(column: Int32Array, slot: number): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(capacityFor(slot, column.length));
  grown.set(column);
  return grown;
}

export function growUint32(column: Uint32Array, slot: number): Uint32Array<ArrayBuffer> {
  const grown = new Uint32Array(capacityFor(slot, column.length));
  grown.set(column);
  return grown;
}

export function growFloat64(column: Float64Array, slot: number): Float64Array<ArrayBuffer> {
  const grown = new Float64Array(capacityFor(slot, column.length));
  grown.set(column);
  return grown;
}
