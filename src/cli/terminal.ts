/**
 * The one way to the screen. On a terminal there is colour; into a pipe or a file goes plain text. What comes
 * from elsewhere (event types, errors of handlers, answers) never steers the terminal: control characters
 * are shown, not obeyed.
 */
import type { Writable } from "node:stream";

const CODES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const;

export type Colour = keyof typeof CODES;

/** Stdout or stderr. */
export interface Output {
  /** A person reads along: tables are aligned, waits show a bar. */
  readonly isTerminal: boolean;
  readonly hasColour: boolean;
  /** Width in characters. */
  readonly columns: number;
  readonly stream: Writable;
  /** The text in that colour, or as it is where there is no colour. */
  paint(colour: Colour, text: string): string;
  /** Resolves when there is room for more, so that an export of any length needs little memory. */
  write(text: string): Promise<void>;
}

export interface Terminal {
  out: Output;
  err: Output;
}

interface StreamLike extends Writable {
  isTTY?: boolean;
  columns?: number;
}

type Env = Readonly<Record<string, string | undefined>>;

/** NO_COLOR (no-color.org: present and not empty) and FORCE_COLOR win over what the stream is. */
export function wantsColour(isTerminal: boolean, env: Env): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== "0";
  return isTerminal && env.TERM !== "dumb";
}

export function createOutput(stream: StreamLike, env: Env): Output {
  const isTerminal = stream.isTTY === true;
  const hasColour = wantsColour(isTerminal, env);
  return {
    isTerminal,
    hasColour,
    columns: stream.columns ?? 80,
    stream,
    paint: (colour, text) => hasColour ? `\x1b[${CODES[colour][0]}m${text}\x1b[${CODES[colour][1]}m` : text,
    async write(text) {
      if (!stream.write(text)) await new Promise<void>((resolve) => stream.once("drain", resolve));
    },
  };
}

/** One line without any control character: they stand there as `\n` or `\x1b`. */
export function cleanLine(text: string): string {
  return text.replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, (char) => {
    const known = { "\n": "\\n", "\r": "\\r", "\t": "\\t" }[char];
    const code = char.charCodeAt(0);
    return known ?? (code < 256 ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`);
  });
}

/** The same for text of several lines: line feeds stay, tabs become two spaces. */
export function cleanText(text: string): string {
  return text.split("\n").map((line) => cleanLine(line.replaceAll("\t", "  "))).join("\n");
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, "0");
}
