/**
 * From whole numbers to values: a `Map` whose places are in typed memory. A `Map` that is filled and emptied all the
 * time makes new tables, each reachable from the dead one before it; once one of them is old, what the later ones hold
 * is kept alive along this chain until a full collection.
 */
import { PositionMap } from "./position-map.ts";

export class NumberMap<T> {
  readonly #places = new PositionMap();
  readonly #values: (T | undefined)[] = [];
  readonly #free: number[] = [];

  get(key: number): T | undefined {
    const place = this.#places.get(key + 1);
    return place === undefined ? undefined : this.#values[place];
  }

  /** `key` is a whole number from 0 on; what stood there is replaced. */
  set(key: number, value: T): void {
    const place = this.#places.get(key + 1) ?? this.#free.pop() ?? this.#values.length;
    this.#places.set(key + 1, place);
    this.#values[place] = value;
  }

  delete(key: number): void {
    const place = this.#places.get(key + 1);
    if (place === undefined) return;
    this.#places.delete(key + 1);
    this.#values[place] = undefined;
    this.#free.push(place);
  }
}
