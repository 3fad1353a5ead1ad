/**
 * Stage 2 of the path: claims deliveries from the store, never more than there are slots, and gives each its
 * turn. The store decides whose turn it is (mailboxes, due times, holds); the backlog stays there, and what is
 * in memory is bounded by the slots. A slot is held for an attempt, not for the commit that settles it. The only
 * file that knows fastq.
 */
import process from "node:process";
import fastq from "fastq";
import { messageOf } from "../errors.ts";
import type { Delivery } from "../model.ts";
import type { Clock, Emit, Store } from "../ports.ts";

const CLAIM_AGAIN_MS = 1000;
/**
 * Deliveries that may be out for each slot: one is attempted, the others wait for their commit. With slots held
 * until then a thread stands idle during each fsync (measured, Node 20, 32 slots: 10 900 events/s, so 16 400).
 */
const OUT_PER_SLOT = 4;

export interface DispatcherNeeds<Attempted> {
  store: Pick<Store, "claim">;
  /** Runs one delivery, and tells `ended` how that went. */
  attempt(delivery: Delivery, ended: (attempted: Attempted) => void): void;
  /** Makes durable how the attempt ended. Rejects only by a bug of ours. */
  settle(delivery: Delivery, attempted: Attempted): Promise<void>;
  /** Deliveries that may be attempted at once: threads times attempts per thread. */
  slots: number;
  clock: Clock;
  emit: Emit;
}

export class Dispatcher<Attempted> {
  readonly #needs: DispatcherNeeds<Attempted>;
  readonly #queue: fastq.queue<Delivery, Attempted>;
  readonly #stop = new AbortController();
  #slots: number;
  /** Attempts that run. */
  #busy = 0;
  /** Deliveries that were claimed and are not settled. */
  #out = 0;
  #loop: Promise<void> | undefined;
  #drained: Promise<void> | undefined;
  /** One may wait at a time: the loop, and after it the drain. */
  #slotFreed: () => void = () => {};

  constructor(needs: DispatcherNeeds<Attempted>) {
    this.#needs = needs;
    this.#slots = needs.slots;
    // Callbacks, here and below: of promises there was one for each step and delivery.
    const attempt: fastq.worker<undefined, Delivery, Attempted> = (delivery, done) => {
      needs.attempt(delivery, (attempted) => {
        done(null);
        void needs.settle(delivery, attempted).then(this.#onSettled);
      });
    };
    this.#queue = fastq(attempt, needs.slots);
  }

  /** Deliveries that are out. */
  get running(): number {
    return this.#out;
  }

  start(): void {
    this.#loop ??= this.#claimForEver();
  }

  /** After a reload: as many deliveries as there are slots now. */
  resize(slots: number): void {
    this.#slots = slots;
    this.#queue.concurrency = slots;
    this.#slotFreed();
  }

  /** Claims no more; resolves when nothing is out. */
  drain(): Promise<void> {
    return this.#drained ??= this.#drain();
  }

  async #drain(): Promise<void> {
    this.#stop.abort();
    this.#slotFreed();
    await this.#loop;
    while (this.#out > 0) await this.#nextFreed();
  }

  async #claimForEver(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const free = Math.min(this.#slots - this.#busy, this.#slots * OUT_PER_SLOT - this.#out);
      if (free > 0) { for (const delivery of await this.#claim(free)) this.#giveTurn(delivery); }
      else await this.#nextFreed();
    }
  }

  async #claim(limit: number): Promise<Delivery[]> {
    try {
      return await this.#needs.store.claim(limit, this.#stop.signal);
    } catch (error) {
      this.#needs.emit({ kind: "internal-error", where: "claim", message: messageOf(error) });
      await new Promise<void>((resolve) => this.#needs.clock.after(CLAIM_AGAIN_MS, resolve));
      return [];
    }
  }

  #giveTurn(delivery: Delivery): void {
    this.#busy += 1;
    this.#out += 1;
    this.#queue.push(delivery, this.#onAttempted);
  }

  readonly #onAttempted = (): void => {
    this.#busy -= 1;
    this.#slotFreed();
  };

  readonly #onSettled = (): void => {
    this.#out -= 1;
    this.#slotFreed();
  };

  /** Resolves when all have been freed that are freed together, by one commit say: they are claimed together. */
  #nextFreed(): Promise<void> {
    return new Promise((resolve) => {
      this.#slotFreed = () => {
        this.#slotFreed = () => {};
        process.nextTick(resolve);
      };
    });
  }
}
