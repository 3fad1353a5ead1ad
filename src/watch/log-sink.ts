/**
 * Where log lines leave the process: standard error, as JSON, or made readable on a terminal. Lines of one turn
 * of the event loop leave in one write, since a system call per line costs more than all else about it.
 * Promise: whatever was written is out before the process exits, and a dead reader never hurts the daemon.
 */
import process from "node:process";
import { isatty } from "node:tty";
import { destination } from "pino";
import { prettyFactory } from "pino-pretty";

export interface LogSink {
  /** One line, with its newline. */
  write(line: string): void;
  close(): void;
}

const STDERR = 2;
/** After an uncaught error Deno tells no `exit`. */
const LAST_EVENTS = ["uncaughtExceptionMonitor", "exit"] as const;
/** Written at once above this; below the 16 KB that the stream writes at a time. */
const BUFFER_CHARS = 8192;
/** Where standard error takes nothing (its disk is full), older lines are kept up to this and new ones dropped. */
const BACKLOG_BYTES_MAX = 1_048_576;

/** Pretty on a terminal, JSON elsewhere. */
export function stderrSink(): LogSink {
  const out = buffered(STDERR);
  if (!isatty(STDERR)) return out;
  const pretty = createPretty(process.stderr.hasColors());
  return { write: (line) => out.write(pretty(line)), close: () => out.close() };
}

function buffered(fd: number): LogSink {
  // Not its own buffer: to flush that syncs the file, half a millisecond of the main thread in each turn.
  const stream = destination({ dest: fd, sync: true, minLength: 0, maxLength: BACKLOG_BYTES_MAX });
  // Nobody is left to be told that the log is gone; without a listener the error would end the process. The lines stay
  // in the backlog and are tried again with the next one.
  stream.on("error", () => {});
  let lines = "";
  let scheduled = false;
  let ending = false;
  const flush = () => {
    scheduled = false;
    if (lines === "") return;
    const text = lines;
    lines = "";
    stream.write(text);
  };
  /** There may be no further turn: from here on each line leaves at once. */
  const end = () => {
    ending = true;
    flush();
  };
  for (const last of LAST_EVENTS) process.on(last, end);
  return {
    write(line) {
      lines += line;
      if (ending || lines.length >= BUFFER_CHARS) return flush();
      if (scheduled) return;
      scheduled = true;
      setImmediate(flush);
    },
    close() {
      flush();
      for (const last of LAST_EVENTS) process.off(last, end);
    },
  };
}

/** One line of JSON to one line for people. Values stay JSON strings, so that no control character gets out. */
export function createPretty(colorize: boolean): (line: string) => string {
  const pretty = prettyFactory({
    colorize,
    messageKey: "action",
    timestampKey: "timestamp",
    translateTime: "SYS:HH:MM:ss.l",
    singleLine: true,
    errorLikeObjectKeys: [],
  });
  return (line) => pretty(line) ?? "";
}
