/**
 * Claimers that wait for a turn: joins `Mailboxes` with the clock. A claim resolves as soon as a delivery is
 * ready or due, and to nothing when it is aborted or the store closes; it never polls.
 */
import type { Clock } from "../ports.ts";
import type { Mailboxes } from "./mailboxes.ts";

export class Claims {
  readonly #mailboxes: Mailboxes;
  readonly #clock: Clock;
  readonly #waiting = new Set<() => void>();
  #timer: { at: number; cancel: () => void } | undefined;
  #paused = 0;
  #closed = false;

  constructor(mailboxes: Mailboxes, clock: Clock) {
    this.#mailboxes = mailboxes;
    this.#clock = clock;
  }

  /** Slots whose turn it is, 1 to `limit`; empty when aborted or closed. */
  async claim(limit: number, signal: AbortSignal): Promise<number[]> {
    for (;;) {
      if (this.#closed || signal.aborted) return [];
      const slots = this.#paused > 0 ? [] : this.#mailboxes.take(limit, this.#clock.now());
      if (slots.length > 0) return slots;
      await this.#turn(signal);
    }
  }

  /** Something may have become ready. */
  wake(): void {
    for (const resume of this.#waiting) resume();
    this.#watchDue();
  }

  /** Gives no turns until the returned function is called. */
  pause(): () => void {
    this.#paused += 1;
    let done = false;
    return () => {
      if (done) return;
      done = true;
      this.#paused -= 1;
      this.wake();
    };
  }

  close(): void {
    this.#closed = true;
    this.wake();
  }

  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const resume = () => {
        signal.removeEventListener("abort", resume);
        this.#waiting.delete(resume);
        resolve();
      };
      signal.addEventListener("abort", resume, { once: true });
      this.#waiting.add(resume);
      this.#watchDue();
    });
  }

  /** One timer, for the retry that is due first; none while nobody waits for it. */
  #watchDue(): void {
    const at = this.#waiting.size === 0 || this.#paused > 0 ? undefined : this.#mailboxes.nextDue();
    if (at === this.#timer?.at) return;
    this.#timer?.cancel();
    this.#timer = undefined;
    if (at === undefined) return;
    const fire = () => {
      this.#timer = undefined;
      this.wake();
    };
    this.#timer = { at, cancel: this.#clock.after(at - this.#clock.now(), fire) };
  }
}
