/** A log whose lines a test can read. */
import { Log, type LogOptions } from "../../src/watch/log.ts";
import { fakeClock } from "../support/fake-clock.ts";

/** What `fakeClock` shows, as the log writes it. */
export const TIMESTAMP = "2023-11-14T22:13:20.000Z";

export function keptLog(
  over: Partial<LogOptions> = {},
): { log: Log; texts: string[]; lines(): Record<string, unknown>[] } {
  const texts: string[] = [];
  const sink = { write: (line: string) => void texts.push(line), close() {} };
  const log = new Log({ level: "debug", sample: 1, clock: fakeClock(), sink, ...over });
  return { log, texts, lines: () => texts.map((text) => JSON.parse(text)) };
}
