/**
 * Who waits for an event's outcome: senders in modes `sync` and `sender-retry`, and long polls of its
 * status. The promise: once `take` said that a sender is waiting, that sender gets the outcome and no 202.
 *
 * Crash story that `take` is for: a failure that the sender is told needs no dead letter. If the deadline
 * passed between that decision and its answer, a 202 would leave for an event that settles as failed with
 * no letter: acked and lost.
 */
import type { Clock, Settlement } from "../ports.ts";
import type { UnixMs } from "../model.ts";

/** How a wait ended. */
export type Waited =
  | { kind: "settled"; settlement: Settlement }
  /** The time is up; the work goes on. */
  | { kind: "deadline" }
  /** hookd stops; the work goes on after a restart. */
  | { kind: "closed" }
  /** An outcome was there and could not be made durable: nothing can be promised. */
  | { kind: "failed" }
  /** The one who waited left. */
  | { kind: "left" };

export interface Wait {
  ended: Promise<Waited>;
  /** The sender hung up: it no longer counts as waiting. Harmless after the end. */
  leave(): void;
}

interface Waiter {
  role: "sender" | "observer";
  deadlineAt: UnixMs;
  cancelDeadline: () => void;
  end(waited: Waited): void;
}

interface Vigil {
  waiters: Set<Waiter>;
  /** The outcome was promised to the senders: their deadlines are off. */
  taken: boolean;
}

export class Awaited {
  readonly #clock: Clock;
  readonly #vigils = new Map<string, Vigil>();
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Waits up to `timeoutMs`; an observer watches without being owed anything. */
  join(eventId: string, { timeoutMs, role }: { timeoutMs: number; role: Waiter["role"] }): Wait {
    const vigil = this.#vigils.get(eventId) ?? { waiters: new Set(), taken: false };
    if (this.#closed && !vigil.taken) return { ended: Promise.resolve({ kind: "closed" }), leave: () => {} };
    this.#vigils.set(eventId, vigil);
    const { promise, resolve } = withResolver<Waited>();
    const waiter: Waiter = { role, deadlineAt: this.#clock.now() + timeoutMs, cancelDeadline: () => {}, end: resolve };
    vigil.waiters.add(waiter);
    if (role === "observer" || !vigil.taken) this.#arm(eventId, waiter);
    return { ended: promise, leave: () => this.#end(eventId, waiter, { kind: "left" }) };
  }

  /**
   * Asked at decision time: whether a sender waits who will be told of a failure. From then on it is owed
   * the outcome, until `settled` or `failed` is called for the event.
   */
  take(eventId: string): boolean {
    const vigil = this.#vigils.get(eventId);
    if (vigil === undefined || !hasSender(vigil)) return false;
    vigil.taken = true;
    for (const waiter of vigil.waiters) if (waiter.role === "sender") waiter.cancelDeadline();
    return true;
  }

  /** The outcome is durable. After a retry the event goes on, and so does the wait. */
  settled(settlement: Settlement): void {
    const eventId = settlement.delivery.event.id;
    const waiters = this.#release(eventId);
    for (const waiter of waiters) {
      if (settlement.decision.kind !== "retry") this.#end(eventId, waiter, { kind: "settled", settlement });
      else if (waiter.role === "sender") this.#arm(eventId, waiter);
    }
  }

  /** The outcome could not be made durable: it will be found out anew, and nobody can say when. */
  failed(eventId: string): void {
    for (const waiter of this.#release(eventId)) {
      if (waiter.role === "sender") this.#end(eventId, waiter, { kind: "failed" });
    }
  }

  /** Ends all waits on drain, except those whose outcome was promised and is on its way. */
  close(): void {
    this.#closed = true;
    for (const [eventId, vigil] of this.#vigils) {
      for (const waiter of vigil.waiters) {
        if (waiter.role === "observer" || !vigil.taken) this.#end(eventId, waiter, { kind: "closed" });
      }
    }
  }

  /** The promise of `take` is kept or void; what was promised to nobody is forgotten. */
  #release(eventId: string): Waiter[] {
    const vigil = this.#vigils.get(eventId);
    if (vigil === undefined) return [];
    vigil.taken = false;
    if (vigil.waiters.size === 0) this.#vigils.delete(eventId);
    return [...vigil.waiters];
  }

  #arm(eventId: string, waiter: Waiter): void {
    waiter.cancelDeadline();
    const leftMs = Math.max(waiter.deadlineAt - this.#clock.now(), 0);
    waiter.cancelDeadline = this.#clock.after(leftMs, () => this.#end(eventId, waiter, { kind: "deadline" }));
  }

  #end(eventId: string, waiter: Waiter, waited: Waited): void {
    const vigil = this.#vigils.get(eventId);
    if (!vigil?.waiters.delete(waiter)) return;
    // Kept while promised, though the one who was promised hung up: a second sender of the event may join.
    if (vigil.waiters.size === 0 && !vigil.taken) this.#vigils.delete(eventId);
    waiter.cancelDeadline();
    waiter.end(waited);
  }
}

function hasSender({ waiters }: Vigil): boolean {
  for (const { role } of waiters) if (role === "sender") return true;
  return false;
}

/** `Promise.withResolvers`, which Node 20 lacks. */
function withResolver<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((fulfil) => (resolve = fulfil));
  return { promise, resolve };
}
