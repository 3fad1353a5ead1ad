/**
 * A delivery as the journal gives it to a claimer: it knows its own row and whether it was settled. So the journal
 * needs no table of what runs, and a second settle, or one of another time, finds the claim closed.
 */
import type { Delivery, StoredEvent } from "../../model.ts";
import type { JournalCore } from "./journal-core.ts";

export class Claim implements Delivery {
  /** Whose claim it is: a journal that was opened anew has other slots. */
  readonly core: Pick<JournalCore, "state">;
  readonly slot: number;
  readonly event: StoredEvent;
  readonly attempt: number;
  readonly generation: number;
  /** Its settlement, from the moment that it is under way. */
  settled: Promise<void> | undefined;

  constructor(core: Pick<JournalCore, "state">, slot: number, event: StoredEvent) {
    const { waiting } = core.state;
    this.core = core;
    this.slot = slot;
    this.event = event;
    this.attempt = waiting.charged[slot]! + (event.firstAttempt ?? 1);
    this.generation = waiting.generation[slot]!;
    this.settled = undefined;
  }
}
