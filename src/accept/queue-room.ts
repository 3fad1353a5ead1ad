/**
 * Room in the queue. A sender that finds none waits for up to a second while room is being made, first come, first
 * served, and is refused only then: a refusal costs more than half of what an event costs, so that a daemon which at
 * once refused all that comes too fast would have no time left for what it can take. While it waits nothing of its body
 * is read. The promise: want of room or of disk is a 503 with a time to come back, never a 4xx.
 */
import type { Config } from "../config.ts";
import type { Clock, Store } from "../ports.ts";
import { DRAINING, type Refusal, refuse } from "./problem.ts";

interface QueueRoomNeeds {
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
/** More requests than arrive in one turn of the event loop. */
const UNCOUNTED_MAX = 1000;
/** So long room is kept for one that was let in and whose body is not there yet: a slow sender must not keep it. */
const KEPT_MS = 50;

const OVERLOADED = refuse("overloaded", "Too many events are waiting");
const STORE_REFUSES = refuse("store_failed", "Events cannot be stored at the moment", { reason: "store_refusing" });

/** Either there is no room, or there is: `arrived` is to be called when the store was asked, or will not be. */
type Enter = (refused: Refusal | undefined, arrived: () => void) => void;

interface Waiter {
  enter: Enter;
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
  /** Let in, and not yet arrived at the store. */
  #coming = 0;
  /** Somebody has waited in vain, and there was no room since: nobody waits for it. */
  #isStuck = false;
  /** Events on their way to the disk: they count in the store's depth only once they are there. */
  #storing = 0;

  constructor(needs: QueueRoomNeeds) {
    this.#needs = needs;
  }

  /** Whether there is so much room that nobody has to count who comes in. */
  isOpen(): boolean {
    if (this.#waiting.size > 0 || this.refusal(this.#coming + UNCOUNTED_MAX) !== undefined) return false;
    this.#isStuck = false;
    return true;
  }

  /** Calls `enter` once there is room, or with why there will be none: at once where to wait makes no sense. */
  wait(enter: Enter): void {
    const refused = this.refusal(this.#coming);
    if (refused === undefined && this.#waiting.size === 0) return enter(undefined, this.#comes());
    if (refused !== undefined && (refused !== OVERLOADED || this.#isStuck)) return enter(refused, () => {});
    const waiter: Waiter = { enter, isDue: false, letInBefore: this.#letIn, cancelDeadline: () => {} };
    waiter.cancelDeadline = this.#needs.clock.after(WAIT_MS, () => (waiter.isDue = true));
    this.#waiting.add(waiter);
    if (this.#waiting.size === 1) this.#lookLater();
  }

  /** Why no event can be stored now. `coming`: how many others count as if they were. */
  refusal(coming = 0): Refusal | undefined {
    const { store, limits } = this.#needs;
    const { accepting, depth } = store.status();
    if (!accepting) return STORE_REFUSES;
    return depth + this.#storing + coming >= limits().queueMax ? OVERLOADED : undefined;
  }

  /** So many events go to the store, and with a negative number: are stored, or are not. */
  storing(events: number): void {
    this.#storing += events;
  }

  #lookLater(): void {
    this.#needs.clock.after(LOOK_MS, () => this.#look());
  }

  #look(): void {
    let refusals = 0;
    for (const waiter of this.#waiting) {
      const refused = this.#needs.draining() ? DRAINING : this.refusal(this.#coming);
      if (refused === OVERLOADED) {
        if (!waiter.isDue || refusals === REFUSED_PER_LOOK) break;
        refusals += 1;
        this.#isStuck = waiter.letInBefore === this.#letIn;
      }
      this.#end(waiter, refused);
    }
    if (this.#waiting.size > 0) this.#lookLater();
  }

  #end(waiter: Waiter, refused: Refusal | undefined): void {
    this.#waiting.delete(waiter);
    waiter.cancelDeadline();
    waiter.enter(refused, refused === undefined ? this.#comes() : () => {});
  }

  /** Keeps room for one that was let in; to be called when it has arrived. */
  #comes(): () => void {
    this.#letIn += 1;
    this.#isStuck = false;
    this.#coming += 1;
    let isComing = true;
    const arrived = () => {
      if (!isComing) return;
      isComing = false;
      this.#coming -= 1;
      cancel();
    };
    const cancel = this.#needs.clock.after(KEPT_MS, arrived);
    return arrived;
  }
}
