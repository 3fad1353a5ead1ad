/**
 * Log lines as CONTRACT section 10 has them: one JSON object per thing that happened, its name in `action`.
 * Promise: one line is one thing, whatever a sender or a handler put into it, and no field of ours can be
 * overwritten by one of theirs.
 */
import { type Logger, pino } from "pino";
import type { LogLevel } from "../model.ts";
import type { Clock } from "../ports.ts";
import { type LogSink, stderrSink } from "./log-sink.ts";
import { isSampled } from "./sample.ts";

/** Longest text of a field, in UTF-16 units; the rest is cut off. */
export const TEXT_MAX = 8192;

export type LogFields = Readonly<Record<string, unknown>>;

export interface LogOptions {
  level: LogLevel;
  /** Share of events, 0 to 1, whose lines are written. */
  sample: number;
  clock: Clock;
  /** Default: standard error. */
  sink?: LogSink;
}

export class Log {
  readonly #pino: Logger;
  readonly #sink: LogSink;
  #sample: number;

  constructor(options: LogOptions) {
    this.#sink = options.sink ?? stderrSink();
    this.#sample = options.sample;
    this.#pino = pino({
      level: options.level,
      base: null,
      timestamp: createTimestamp(options.clock),
      formatters: { level: (level) => ({ level }) },
    }, this.#sink);
  }

  /** Whether a line of this level is written: where many are told, their fields need not be made in vain. */
  takes(level: LogLevel): boolean {
    return this.#pino.isLevelEnabled(level);
  }

  /**
   * Writes one line. A line with an `event_id` is written only if that event is in the sample. `level` and
   * `timestamp` are the log's own: fields of these names are left out.
   */
  write(action: string, level: LogLevel, fields: LogFields = {}): void {
    if (!this.takes(level)) return;
    const { event_id: eventId } = fields;
    if (typeof eventId === "string" && !isSampled(eventId, this.#sample)) return;
    this.#pino[level](lineOf(action, fields));
  }

  /** Takes over what a reload changed. */
  tune(options: Pick<LogOptions, "level" | "sample">): void {
    this.#pino.level = options.level;
    this.#sample = options.sample;
  }

  /** Everything is out when it returns. */
  close(): void {
    this.#sink.close();
  }
}

/** Lines of one millisecond share the text of their time. */
function createTimestamp(clock: Pick<Clock, "now">): () => string {
  let at = Number.NaN;
  let text = "";
  return () => {
    const now = clock.now();
    if (now !== at) text = `,"timestamp":"${new Date(now).toISOString()}"`;
    at = now;
    return text;
  };
}

const OWN = new Set(["action", "level", "timestamp"]);

function lineOf(action: string, fields: LogFields): Record<string, unknown> {
  const line: Record<string, unknown> = { action };
  // On the hot path: Object.entries would make an array for each field.
  for (const name of Object.keys(fields)) {
    const value = fields[name];
    // JSON keeps the last of two equal keys: a second `level` would win over the true one.
    if (!OWN.has(name)) line[name] = typeof value === "string" ? cut(value) : value;
  }
  return line;
}

function cut(text: string): string {
  return text.length <= TEXT_MAX ? text : `${text.slice(0, TEXT_MAX)}... (${text.length - TEXT_MAX} more)`;
}
