/**
 * What the fixture handlers leave behind: one line for each start of a run, appended in one write, so that a
 * SIGKILL leaves whole lines. Kept outside of hookd, which therefore cannot make it look better than it was.
 */

export interface Effect {
  /** Id of the event. */
  id: string;
  /** Idempotency key. */
  key: string;
  type: string;
  /** Ordering key. */
  order?: string;
  attempt: number;
  /** The sender's own count within the ordering key. */
  seq?: number;
  /** Hex SHA-256 of the body that the handler was given. */
  sha256: string;
  /** The end of a run, for the types that tell it. */
  isEnd?: boolean;
}

export function parseEffects(text: string): Effect[] {
  return text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
}
