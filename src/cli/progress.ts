/**
 * A bar for what takes longer than a second, drawn on stderr so that a pipe from stdout stays clean. Where
 * stderr is no terminal there is none.
 */
import type { SingleBar } from "cli-progress";
import type { Output } from "./terminal.ts";

const PATIENCE_MS = 1000;

export interface Progress {
  /** So many are done. */
  step(count?: number): void;
  /** Takes the bar away. */
  stop(): void;
}

/** `total` is what `step` adds up to; undefined when that is not known, then only the count is shown. */
export function startProgress(total: number | undefined, output: Output): Progress {
  if (!output.isTerminal) return { step() {}, stop() {} };
  let done = 0;
  let bar: SingleBar | undefined;
  let stopped = false;
  const draw = async () => {
    const { SingleBar } = await import("cli-progress");
    if (stopped) return;
    bar = new SingleBar({
      format: total === undefined
        ? "{value} done, {duration_formatted}"
        : "{bar} {value}/{total}, {eta_formatted} left",
      stream: output.stream,
      clearOnComplete: true,
      hideCursor: true,
      barCompleteChar: "=",
      barIncompleteChar: "-",
    });
    bar.start(total ?? Number.MAX_SAFE_INTEGER, done);
  };
  const timer = setTimeout(() => void draw(), PATIENCE_MS);
  return {
    step(count = 1) {
      done += count;
      bar?.update(done);
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
      bar?.stop();
    },
  };
}
