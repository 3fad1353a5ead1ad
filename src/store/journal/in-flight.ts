/**
 * Work under way by a number: what a `Map` would do, in typed memory. A `Map` that is filled and emptied all the time
 * grows new tables, each reachable from the dead one before it; once one of them is old, the young generation is kept
 * alive along this chain, and with it every request that was ever in a table. That took a third of all time.
 */
import { PositionMap } from "./position-map.ts";

export class InFlight<T> {
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
