/** Ids of events that killed a thread: such an event runs alone from then on. The oldest are forgotten. */
const KILLERS_MAX = 1_000;

export class Killers {
  /** Oldest first. */
  readonly #ids = new Set<string>();

  has(eventId: string): boolean {
    return this.#ids.has(eventId);
  }

  add(eventId: string): void {
    this.#ids.delete(eventId);
    this.#ids.add(eventId);
    if (this.#ids.size > KILLERS_MAX) this.#ids.delete(this.#ids.values().next().value!);
  }
}
