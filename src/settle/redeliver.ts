/**
 * Dead letters that come back or are given up, and the start's reconciliation of the two files that tell of
 * them. The journal says whether the event is dead; `dlq.jsonl` says whether its letter is open. Each change
 * writes one, then the other; what a crash left half done in between is completed at the next start.
 */
import type { Failure } from "../model.ts";
import type { Archive, Clock, DeadLetters, LetterFilter, Store } from "../ports.ts";
import { letterId } from "./letter.ts";

export interface RedeliverNeeds {
  store: Pick<Store, "find">;
  archive: Pick<Archive, "revive" | "forget" | "dead">;
  deadLetters: DeadLetters & { openLetters(): Iterable<{ id: string; eventId: string }> };
  clock: Clock;
}

/** One page of letters that are taken up at once. */
const PAGE = 100;

export class Redeliver {
  readonly #needs: RedeliverNeeds;

  constructor(needs: RedeliverNeeds) {
    this.#needs = needs;
  }

  /** Puts every matching dead event back; resolves to the letters that were, and how many stay open in all. */
  async retryLetters(
    filter: Omit<LetterFilter, "limit" | "cursor">,
  ): Promise<{ retried: string[]; remaining: number }> {
    const { deadLetters } = this.#needs;
    const retried: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await deadLetters.list({ ...filter, limit: PAGE, ...(cursor !== undefined && { cursor }) });
      for (const letter of page.items) {
        if (await this.#retry(letter.id, letter.event.id)) retried.push(letter.id);
      }
      cursor = page.next;
    } while (cursor !== undefined);
    return { retried, remaining: deadLetters.count() };
  }

  /** By letter id or event id. False if there is no such open letter, or its event is gone. */
  async retryLetter(id: string): Promise<boolean> {
    const letter = await this.#needs.deadLetters.find(id);
    return letter !== undefined && (await this.#retry(letter.id, letter.event.id));
  }

  /** Gives a letter up. By letter id or event id; false if it is not open. */
  async dropLetter(id: string): Promise<boolean> {
    const { deadLetters, archive, clock } = this.#needs;
    const letter = await deadLetters.find(id);
    if (letter === undefined || !(await deadLetters.resolve(letter.id, "dropped", clock.now()))) return false;
    archive.forget(letter.event.id);
    return true;
  }

  // The revival first, then the line: if we die in between, the event runs again and the start writes the line. The
  // other way round the letter would look resolved and the event would stay dead.
  async #retry(letter: string, eventId: string): Promise<boolean> {
    const { archive, deadLetters, clock } = this.#needs;
    if (!(await archive.revive(eventId))) return false;
    await deadLetters.resolve(letter, "retried", clock.now());
    return true;
  }
}

/**
 * Brings letters and journal together after a crash, before any delivery is claimed. Resolves to the events
 * whose letter was written and whose outcome was not, each with its letter's error: they died, and must be
 * settled so instead of running again.
 */
export async function reconcile(needs: RedeliverNeeds): Promise<Map<string, Failure>> {
  const { store, archive, deadLetters, clock } = needs;
  const died = new Map<string, Failure>();
  const open = new Set<string>();
  for (const { id, eventId } of [...deadLetters.openLetters()]) {
    const record = await store.find(eventId);
    // First of all, and whatever became of it since: the event may have run and ended before the line was written.
    if (record !== undefined && id !== letterId(eventId, record.generation)) {
      await deadLetters.resolve(id, "retried", clock.now());
      continue;
    }
    open.add(eventId);
    if (record === undefined || record.state === "dead" || record.state === "completed") continue;
    const letter = await deadLetters.find(id);
    died.set(eventId, { code: "Error", message: letter?.error ?? "died before a crash" });
  }
  for (const eventId of [...archive.dead()]) if (!open.has(eventId)) archive.forget(eventId);
  return died;
}
