/**
 * `context.log` of one run: lines go to the main thread as they are written, so that they are there even if
 * the thread dies. A handler that logs in a loop must not fill the main thread's memory: lines are counted.
 */
import type { HandlerLog } from "../../handler.ts";
import type { LogLevel } from "../../model.ts";
import type { RunRequest, ThreadMessage } from "../protocol.ts";

/** Lines of one attempt; what comes after them is dropped, with a last line that says so. */
export const LOG_LINES_MAX = 1_000;
const MESSAGE_CHARS_MAX = 4_000;
const FIELDS_CHARS_MAX = 8_000;

export type LogLine = Extract<ThreadMessage, { kind: "log" }>;

export function createHandlerLog(
  { id, type }: Pick<RunRequest, "id" | "type">,
  post: (line: LogLine) => void,
): HandlerLog {
  let lines = 0;
  const write = (level: LogLevel, message: string, fields?: Record<string, unknown>): void => {
    lines += 1;
    if (lines > LOG_LINES_MAX + 1) return;
    if (lines > LOG_LINES_MAX) {
      post({
        kind: "log",
        eventId: id,
        type,
        level: "warn",
        message: `More than ${LOG_LINES_MAX} lines: the rest is dropped`,
        fields: undefined,
      });
    } else {
      post({
        kind: "log",
        eventId: id,
        type,
        level,
        message: String(message).slice(0, MESSAGE_CHARS_MAX),
        fields: fieldsText(fields),
      });
    }
  };
  return {
    debug: (message, fields) => write("debug", message, fields),
    info: (message, fields) => write("info", message, fields),
    warn: (message, fields) => write("warn", message, fields),
    error: (message, fields) => write("error", message, fields),
  };
}

/** Logging must not end an attempt: fields that cannot be written are replaced by a note. */
function fieldsText(fields: unknown): string | undefined {
  if (typeof fields !== "object" || fields === null) return undefined;
  try {
    const text = JSON.stringify(fields);
    return text.length <= FIELDS_CHARS_MAX ? text : `{"fields":"dropped: ${text.length} characters"}`;
  } catch {
    return `{"fields":"dropped: not JSON"}`;
  }
}
