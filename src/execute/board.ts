/**
 * The board of one worker thread: a few words of shared memory on which it shows signs of life, so that the
 * main thread can judge it while it is blocked and learn who did it after it died. Only the thread writes.
 */

/** Shared words, read and written with Atomics. */
export type Board = Int32Array<SharedArrayBuffer>;

const BEAT = 0;
const MEMORY_KIB = 1;
const CULPRIT = 2;
const CURRENT = 3;
const ZOMBIES = 4;
const WORDS = 5;

/** What a board says. Run numbers are 0 where there is none. */
export interface BoardReading {
  /** Moves as long as the thread's event loop turns. */
  beat: number;
  /** JS heap and external memory (Buffers) of the thread, at its last beat. */
  memoryBytes: number;
  /** The run that ended the thread on purpose. */
  culprit: number;
  /** The run whose handler is on the stack right now, as far as it can be told: its first synchronous part. */
  current: number;
  /** Handlers whose attempt has ended and that still have not returned. */
  zombies: number;
}

export function createBoard(): Board {
  return new Int32Array(new SharedArrayBuffer(WORDS * Int32Array.BYTES_PER_ELEMENT));
}

export function readBoard(board: Board): BoardReading {
  return {
    beat: Atomics.load(board, BEAT),
    memoryBytes: Atomics.load(board, MEMORY_KIB) * 1024,
    culprit: Atomics.load(board, CULPRIT),
    current: Atomics.load(board, CURRENT),
    zombies: Atomics.load(board, ZOMBIES),
  };
}

export function showBeat(board: Board, memoryBytes: number): void {
  Atomics.store(board, MEMORY_KIB, Math.ceil(memoryBytes / 1024));
  Atomics.add(board, BEAT, 1);
}

export function showCulprit(board: Board, run: number): void {
  Atomics.store(board, CULPRIT, run);
}

export function showCurrent(board: Board, run: number): void {
  Atomics.store(board, CURRENT, run);
}

export function showZombies(board: Board, count: number): void {
  Atomics.store(board, ZOMBIES, count);
}
