/**
 * Which threads must go, judged from what their boards show. Pure; `HandlerPool` asks it on each tick and
 * carries the sentences out. It kills only what cooperation cannot end: deadlines are kept inside the threads.
 */

/** A thread, as its board shows it. */
export interface ThreadView {
  thread: number;
  /** How long its event loop has shown no sign of life. */
  staleMs: number;
  memoryBytes: number;
  zombies: number;
  inFlight: number;
}

export interface ThreadLimits {
  stuckAfterMs: number;
  memoryBytes: number;
  /** From so many zombies on a thread takes no new runs, and goes when its last one has ended. */
  zombiesMax: number;
  /** Resident size of the process above which a thread that cannot report its memory is held to blame. */
  rssBytesMax: number;
}

export type Sentence =
  | { kind: "kill"; thread: number; cause: "stuck" | "memory" }
  | { kind: "retire"; thread: number };

/** A thread is presumed to be hiding its memory when it was silent for so long. */
export const SILENT_MS = 500;

export function judge(views: readonly ThreadView[], limits: ThreadLimits, rssBytes: number): Sentence[] {
  const sentences = views.flatMap((view) => sentenceOf(view, limits));
  if (sentences.some(({ kind }) => kind === "kill") || rssBytes <= limits.rssBytesMax) return sentences;
  // Buffers that a blocked thread allocates are bounded by no heap limit and reported by no beat.
  const silent = views.filter(({ staleMs, inFlight }) => staleMs >= SILENT_MS && inFlight > 0)
    .sort((a, b) => b.staleMs - a.staleMs)[0];
  return silent === undefined ? sentences : [...sentences, { kind: "kill", thread: silent.thread, cause: "memory" }];
}

function sentenceOf(view: ThreadView, limits: ThreadLimits): Sentence[] {
  const { thread } = view;
  if (view.staleMs >= limits.stuckAfterMs) return [{ kind: "kill", thread, cause: "stuck" }];
  if (view.memoryBytes > limits.memoryBytes) return [{ kind: "kill", thread, cause: "memory" }];
  if (view.zombies >= limits.zombiesMax) return [{ kind: "retire", thread }];
  return [];
}
