/**
 * Reads a page of docs as a list of steps that can be carried out. A fenced block is
 * - `ts` whose first line is `// some/path.ts`: a file of the reader's project;
 * - `yaml`: a whole hookd.yaml;
 * - `sh`: a command; `sh node` and `sh deno` are for the readers on that runtime;
 * - `json` or `text`: what the command before it prints; `json log`: the lines that hookd logs meanwhile.
 * Whatever else stands in a block is "loose": nothing would notice when it is no longer true.
 */

export interface FileStep {
  kind: "file";
  line: number;
  path: string;
  text: string;
}

export interface ConfigStep {
  kind: "config";
  line: number;
  text: string;
}

export interface CommandStep {
  kind: "command";
  line: number;
  /** The runtime whose readers it is for; absent: all. */
  runtime?: string;
  text: string;
  output?: string;
  log?: string;
}

export interface LooseStep {
  kind: "loose";
  line: number;
  text: string;
}

export type Step = FileStep | ConfigStep | CommandStep | LooseStep;

interface Block {
  line: number;
  language: string;
  /** The second word of the block's first line. */
  word: string;
  text: string;
}

export function readExamples(markdown: string): Step[] {
  const steps: Step[] = [];
  for (const block of readBlocks(markdown)) {
    const before = steps.at(-1);
    if (before?.kind === "command" && belongsTo(before, block)) continue;
    steps.push(stepOf(block));
  }
  return steps;
}

function readBlocks(markdown: string): Block[] {
  return [...markdown.matchAll(/^```([a-z]+)(?: ([a-z]+))?\n([\s\S]*?)^```$/gm)].map((match) => ({
    line: markdown.slice(0, match.index).split("\n").length,
    language: match[1] ?? "",
    word: match[2] ?? "",
    text: match[3] ?? "",
  }));
}

/** Adds the block to the command if it is an output that the command does not have yet. */
function belongsTo(command: CommandStep, { language, word, text }: Block): boolean {
  if (language === "json" && word === "log" && command.log === undefined) command.log = text;
  else if ((language === "json" || language === "text") && word === "" && command.output === undefined) {
    command.output = text;
  } else return false;
  return true;
}

function stepOf({ language, word, line, text }: Block): Step {
  const path = /^\/\/ (\S+\.ts)\n/.exec(text)?.[1];
  if (language === "ts" && path !== undefined) return { kind: "file", line, path, text };
  if (language === "yaml") return { kind: "config", line, text };
  if (language === "sh") return { kind: "command", line, text, ...(word !== "" && { runtime: word }) };
  return { kind: "loose", line, text };
}
