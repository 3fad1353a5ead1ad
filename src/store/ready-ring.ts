/** A double-ended queue of slot numbers in a ring of typed memory: 4 bytes for each delivery that is ready. */

export class ReadyRing {
  #ring = new Int32Array(1024);
  #head = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(slot: number): void {
    this.#reserve();
    this.#ring[(this.#head + this.#size) & (this.#ring.length - 1)] = slot;
    this.#size += 1;
  }

  unshift(slot: number): void {
    this.#reserve();
    this.#head = (this.#head - 1) & (this.#ring.length - 1);
    this.#ring[this.#head] = slot;
    this.#size += 1;
  }

  shift(): number | undefined {
    if (this.#size === 0) return undefined;
    const slot = this.#ring[this.#head]!;
    this.#head = (this.#head + 1) & (this.#ring.length - 1);
    this.#size -= 1;
    return slot;
  }

  /** The length stays a power of two, so that a mask does for modulo. */
  #reserve(): void {
    if (this.#size < this.#ring.length) return;
    const grown = new Int32Array(this.#ring.length * 2);
    for (let i = 0; i < this.#size; i++) grown[i] = this.#ring[(this.#head + i) & (this.#ring.length - 1)]!;
    this.#ring = grown;
    this.#head = 0;
  }
}
