/** What goes into one commit: whose frames, up to how many bytes, and the telling of it afterwards. */
import type { Buffer } from "node:buffer";
import type { HookdError } from "../../errors.ts";
import type { FrameMemory } from "./frame-memory.ts";
import type { Position } from "./position.ts";

/** One commit takes no more than this many bytes, so that a flood cannot make its fsync arbitrarily long. */
const COMMIT_BYTES_MAX = 16 * 1024 * 1024;

/** Frames that go into one commit, and who is told of it. */
export interface Entered {
  frames: readonly Buffer[];
  /** Called in order, with where each frame lies. */
  onDurable: (positions: Position[]) => void;
  onFailed: (error: HookdError) => void;
}

/** Takes the first of those that wait, at least one, out of the list. */
export function takeBatch(pending: Entered[]): Entered[] {
  let bytes = 0;
  let count = 0;
  while (count < pending.length) {
    bytes += bytesOf(pending[count]!.frames);
    if (count > 0 && bytes > COMMIT_BYTES_MAX) break;
    count += 1;
  }
  return pending.splice(0, count);
}

export function framesOf(batch: readonly Entered[]): readonly Buffer[] {
  return batch.length === 1 ? batch[0]!.frames : batch.flatMap((entered) => entered.frames);
}

function bytesOf(frames: readonly Buffer[]): number {
  let bytes = 0;
  for (const frame of frames) bytes += frame.length;
  return bytes;
}

/** Each is told that none of its frames counts. */
export function refuse(
  batch: readonly Entered[],
  { memory, error }: { memory: FrameMemory; error: HookdError },
): void {
  for (const { frames, onFailed } of batch) {
    memory.release(frames);
    onFailed(error);
  }
}

/** Each is told where its own frames lie. */
export function tell(batch: readonly Entered[], positions: Position[]): void {
  let from = 0;
  for (const { frames, onDurable } of batch) {
    onDurable(positions.slice(from, from + frames.length));
    from += frames.length;
  }
}
