/**
 * Events that were stored a moment ago, kept in memory until their turn so that a daemon which keeps up never
 * reads back what it just wrote. Bounded: beyond the budget they are read from disk like the backlog.
 */
import type { StoredEvent } from "../../model.ts";
import { NumberMap } from "./number-map.ts";

const BUDGET_BYTES = 16 * 1024 * 1024;
/** What an event takes beside its body, roughly. */
const OVERHEAD_BYTES = 1024;

export class FreshEvents {
  readonly #events = new NumberMap<StoredEvent>();
  #bytes = 0;

  keep(slot: number, event: StoredEvent): void {
    const bytes = event.body.length + OVERHEAD_BYTES;
    if (this.#bytes + bytes > BUDGET_BYTES) return;
    this.#events.set(slot, event);
    this.#bytes += bytes;
  }

  /** The event, if it is still here; it is not kept any longer. */
  take(slot: number): StoredEvent | undefined {
    const event = this.#events.get(slot);
    if (event === undefined) return undefined;
    this.#events.delete(slot);
    this.#bytes -= event.body.length + OVERHEAD_BYTES;
    return event;
  }
}
