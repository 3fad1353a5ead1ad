/**
 * Event ids: UUIDv7 (RFC 9562 section 5.7) that ascend strictly, also within a millisecond and when the clock
 * steps back, so that the order of ids is the order of acceptance and an id says where in the journal to look.
 * 62 random bits keep them unguessable.
 */
import { Buffer } from "node:buffer";
import { randomFillSync } from "node:crypto";

const RANDOM_BYTES = 8;
const pool = Buffer.alloc(RANDOM_BYTES * 512);
let used = pool.length;

/** The moment in an id: milliseconds, and a counter of 12 bits within them. */
export interface IdMoment {
  ms: number;
  counter: number;
}

export class EventIds {
  #ms = 0;
  #counter = 0;
  /** The first two groups, which all ids of one millisecond share. */
  #time = { ms: -1, text: "" };

  /** Goes on after the ids that were given out before. */
  resumeAfter(moment: IdMoment): void {
    if (compareMoments(moment, { ms: this.#ms, counter: this.#counter }) > 0) {
      this.#ms = moment.ms;
      this.#counter = moment.counter;
    }
  }

  /** The next id, at `now` or, if the clock stands or stepped back, just above the last. */
  next(now: number): string {
    if (now > this.#ms) {
      this.#ms = Math.floor(now);
      this.#counter = 0;
    } else if (this.#counter < 0xfff) {
      this.#counter += 1;
    } else {
      this.#ms += 1;
      this.#counter = 0;
    }
    const counter = this.#counter.toString(16).padStart(3, "0");
    return `${this.#timeText()}-7${counter}-${randomTail()}`;
  }

  #timeText(): string {
    if (this.#time.ms !== this.#ms) {
      const hex = this.#ms.toString(16).padStart(12, "0");
      this.#time = { ms: this.#ms, text: `${hex.slice(0, 8)}-${hex.slice(8)}` };
    }
    return this.#time.text;
  }
}

/** 8 random bytes with the variant bits of RFC 9562, written as the last two groups. */
function randomTail(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  pool[used] = (pool[used]! & 0x3f) | 0x80;
  const hex = pool.toString("hex", used, used + RANDOM_BYTES);
  used += RANDOM_BYTES;
  return `${hex.slice(0, 4)}-${hex.slice(4)}`;
}

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

export function isEventId(text: string): boolean {
  return UUID_V7.test(text);
}

/** The moment in an id that passed `isEventId`. */
export function momentOf(eventId: string): IdMoment {
  return {
    ms: Number.parseInt(eventId.slice(0, 8) + eventId.slice(9, 13), 16),
    counter: Number.parseInt(eventId.slice(15, 18), 16),
  };
}

export function compareMoments(a: IdMoment, b: IdMoment): number {
  return a.ms - b.ms || a.counter - b.counter;
}

/** 16 bytes, as records hold it. */
export function idToBytes(eventId: string): Buffer {
  const bytes = Buffer.alloc(ID_BYTES);
  writeId(eventId, bytes, 0);
  return bytes;
}

/** Writes the 16 bytes of an id and returns where they end. */
export function writeId(eventId: string, bytes: Buffer, offset: number): number {
  let at = offset;
  for (let index = 0; index < eventId.length; index += 2) {
    if (eventId.charCodeAt(index) === DASH) index += 1;
    bytes[at++] = (hexDigit(eventId.charCodeAt(index)) << 4) | hexDigit(eventId.charCodeAt(index + 1));
  }
  return at;
}

const ID_BYTES = 16;
const DASH = 0x2d;

/** Of the lower-case digits in an id. */
function hexDigit(code: number): number {
  return code < 0x3a ? code - 0x30 : code - 0x57;
}

export function idFromBytes(bytes: Buffer): string {
  const hex = bytes.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
