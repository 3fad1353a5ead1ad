/** Ids of events that killed a thread: such an event runs alone from then on. The oldest are forgotten. */
const KILLERS_MAX = 1_000;

export class Killers {
  /** Oldest first. */
  readonly #ids = new Set<string>();

  has(eventId: string): boolean {
    // Mostly there are none, and to look an id up its hash is made.
    return this.#ids.size > 0 && this.#ids.has(eventId);
  }

  add(eventId: string): void {
    this.#ids.delete(eventId);
    this.#ids.add(eventId);
    if (this.#ids.size > KILLERS_MAX) this.#ids.delete(this.#ids.values().next().value!);
  }
}
