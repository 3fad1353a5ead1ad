/** What `hookd verify` says of a captured request: words for people, or one JSON line. */
import type { SignatureExplanation, SignatureVerdict } from "./needs.ts";
import { cleanLine, type Colour, type Output } from "./terminal.ts";

/** One line of JSON; all keys always, in this order. */
export function verdictLine(
  name: string | undefined,
  { verdict, binding, findings }: SignatureVerdict & Partial<SignatureExplanation>,
): string {
  const isVerified = verdict.kind === "verified";
  return `${
    JSON.stringify({
      name: name ?? null,
      ok: isVerified,
      reason: isVerified ? null : verdict.reason,
      keyIndex: isVerified ? verdict.keyIndex : null,
      binding,
      ...(findings !== undefined && { findings }),
    })
  }\n`;
}

/** As `verdictLine`, for a request whose preset nobody knows. */
export function unknownPresetLine(name: string | undefined): string {
  return `${
    JSON.stringify({ name: name ?? null, ok: false, reason: "unknown_preset", keyIndex: null, binding: null })
  }\n`;
}

const COLOURS: Readonly<Record<string, Colour>> = { cause: "yellow", preset: "yellow" };
/** The longest kind and a gap. */
const INDENT = 8;

/** The verdict, then each finding under its kind: wrapped on a terminal, a line each in a pipe. */
export async function printExplanation(
  { verdict, binding, findings }: SignatureExplanation,
  out: Output,
): Promise<void> {
  const headline = verdict.kind === "verified"
    ? out.paint("green", "verified")
    : `${out.paint("red", "not verified")}: ${verdict.reason}`;
  await out.write(`${headline} (binding: ${binding})\n`);
  for (const { kind, text } of findings) {
    const clean = cleanLine(text);
    if (!out.isTerminal) await out.write(`${kind}\t${clean}\n`);
    else {
      const [first = "", ...others] = wrapped(clean, Math.max(out.columns - INDENT, 40));
      const lines = [
        out.paint(COLOURS[kind] ?? "bold", kind.padEnd(INDENT)) + first,
        ...others.map((line) => " ".repeat(INDENT) + line),
      ];
      await out.write(`${lines.join("\n")}\n`);
    }
  }
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
