/**
 * Room in the queue. A sender that finds none waits for up to a second while room is being made, first come, first
 * served, and is refused only then: a refusal costs more than half of what an event costs, so that a daemon which at
 * once refused all that comes too fast would have no time left for what it can take. While it waits nothing of its body
 * is read.
 */
import type { Config } from "../config.ts";
import type { Clock, Store } from "../ports.ts";
import { DRAINING, type Refusal, refuse } from "./problem.ts";

export interface QueueRoomNeeds {
  clock: Clock;
  store: Pick<Store, "status">;
  limits: () => Pick<Config["limits"], "queueMax">;
  draining: () => boolean;
}

/** A third of the shortest time that a sender is known to wait, Slack's 3 s. */
const WAIT_MS = 1000;
/** So often those who wait are looked after: about the time of a commit, before which the depth does not grow. */
const LOOK_MS = 5;
/** Refused in one look: a thousand at once would keep the handlers' threads waiting for their next events. */
const REFUSED_PER_LOOK = 16;

interface Waiter {
  enter(refused: Refusal | undefined): void;
  /** It has waited long enough. */
  isDue: boolean;
  cancelDeadline(): void;
  /** How many had been let in before it came. */
  letInBefore: number;
}

export class QueueRoom {
  readonly #needs: QueueRoomNeeds;
  /** In the order in which they came, and fall due. */
  readonly #waiting = new Set<Waiter>();
  #letIn = 0;
  /** Somebody has waited in vain, and there was no room since: nobody waits for it. */
  #isStuck = false;
  /** Events on their way to the disk: they count in the store's depth only once they are there. */
  #storing = 0;

  constructor(needs: QueueRoomNeeds) {
    this.#needs = needs;
  }

  /** Whether an event may come in at once. */
  isOpen(): boolean {
    if (this.#waiting.size > 0 || this.refusal() !== undefined) return false;
    this.#isStuck = false;
    return true;
  }

  /** Calls `enter` once there is room, or with why there will be none: at once where to wait makes no sense. */
  wait(enter: Waiter["enter"]): void {
    const refused = this.refusal();
    if (refused !== undefined && (refused.code !== "overloaded" || this.#isStuck)) return enter(refused);
    const waiter: Waiter = { enter, isDue: false, letInBefore: this.#letIn, cancelDeadline: () => {} };
    waiter.cancelDeadline = this.#needs.clock.after(WAIT_MS, () => (waiter.isDue = true));
    this.#waiting.add(waiter);
    if (this.#waiting.size === 1) this.#lookLater();
  }

  /** Why no event can be stored now. `more`: how many were let in of which the store does not know yet. */
  refusal(more = 0): Refusal | undefined {
    const { store, limits } = this.#needs;
    const { accepting, depth } = store.status();
    if (!accepting) {
      return refuse("store_failed", "Events cannot be stored at the moment", { reason: "store_refusing" });
    }
    const taken = depth + this.#storing + more;
    return taken >= limits().queueMax ? refuse("overloaded", "Too many events are waiting") : undefined;
  }

  /** So many events go to the store, and with a negative number: are stored, or are not. */
  storing(events: number): void {
    this.#storing += events;
  }

  #lookLater(): void {
    this.#needs.clock.after(LOOK_MS, () => this.#look());
  }

  #look(): void {
    let [more, refusals] = [0, 0];
    for (const waiter of this.#waiting) {
      const refused = this.#needs.draining() ? DRAINING : this.refusal(more);
      if (refused === undefined) more += 1;
      else if (refused.code === "overloaded") {
        if (!waiter.isDue || refusals === REFUSED_PER_LOOK) break;
        refusals += 1;
        this.#isStuck = waiter.letInBefore === this.#letIn;
      }
      this.#end(waiter, refused);
    }
    this.#letIn += more;
    if (more > 0) this.#isStuck = false;
    if (this.#waiting.size > 0) this.#lookLater();
  }

  #end(waiter: Waiter, refused: Refusal | undefined): void {
    this.#waiting.delete(waiter);
    waiter.cancelDeadline();
    waiter.enter(refused);
  }
}
