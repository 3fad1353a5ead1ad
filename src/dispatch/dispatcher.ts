/**
 * Stage 2 of the path: claims deliveries from the store, never more than there are slots, and gives each its
 * turn. The store decides whose turn it is (mailboxes, due times, holds); the backlog stays there, and what is
 * in memory is bounded by the slots. The only file that knows fastq.
 */
import process from "node:process";
import fastq from "fastq";
import { messageOf } from "../errors.ts";
import type { Delivery } from "../model.ts";
import type { Clock, Emit, Store } from "../ports.ts";

const CLAIM_AGAIN_MS = 1000;

export interface DispatcherNeeds {
  store: Pick<Store, "claim">;
  /** Runs and settles one delivery. Rejects only by a bug of ours. */
  run(delivery: Delivery): Promise<void>;
  /** Deliveries that may be out at once: threads times attempts per thread. */
  slots: number;
  clock: Clock;
  emit: Emit;
}

export class Dispatcher {
  readonly #needs: DispatcherNeeds;
  readonly #queue: fastq.queue<Delivery, void>;
  readonly #stop = new AbortController();
  #slots: number;
  #out = 0;
  #loop: Promise<void> | undefined;
  #drained: Promise<void> | undefined;
  /** One may wait at a time: the loop, and after it the drain. */
  #slotFreed: () => void = () => {};

  constructor(needs: DispatcherNeeds) {
    this.#needs = needs;
    this.#slots = needs.slots;
    // With callbacks, not promises of fastq's: two fewer for each delivery.
    const run: fastq.worker<undefined, Delivery, void> = (delivery, done) =>
      void needs.run(delivery).then(() => done(null));
    this.#queue = fastq(run, needs.slots);
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
      if (this.#out >= this.#slots) {
        await this.#nextFreed();
        continue;
      }
      for (const delivery of await this.#claim(this.#slots - this.#out)) this.#giveTurn(delivery);
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
    this.#out += 1;
    this.#queue.push(delivery, this.#onEnded);
  }

  readonly #onEnded = (): void => {
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
