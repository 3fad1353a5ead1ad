/**
 * The command line as a whole: which commands there are, and what an ending means to the shell. Exit codes:
 * 0 fine, 1 it failed, 2 wrong usage or config. An operator's mistake never shows a stack.
 */
import { Command, CommanderError } from "commander";
import { type ErrorCode, HookdError } from "../errors.ts";
import { registerCheck } from "./check.ts";
import { registerDlq } from "./dlq.ts";
import { registerDoctor } from "./doctor.ts";
import { registerEvents } from "./events.ts";
import { ExitCode } from "./exit-code.ts";
import { registerMailbox } from "./mailbox.ts";
import type { Needs } from "./needs.ts";
import { registerSend } from "./send.ts";
import { registerServe } from "./serve.ts";
import { registerVerify } from "./verify.ts";
import { cleanText } from "./terminal.ts";

const WRONG_USAGE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "ERR_CONFIG_INVALID",
  "ERR_CONFIG_UNREADABLE",
  "ERR_HANDLER_INVALID",
  "ERR_USAGE",
]);

/** Runs one command line (without the runtime and the script); resolves to the exit code. */
export async function runProgram(args: readonly string[], needs: Needs): Promise<0 | 1 | 2> {
  try {
    await createProgram(needs).parseAsync(args, { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof ExitCode) return error.code;
    // Commander has said it already; its own exit code for wrong usage is 1.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!(error instanceof HookdError)) throw error;
    await explain(error, needs);
    return WRONG_USAGE.has(error.code) ? 2 : 1;
  }
}

export function createProgram(needs: Needs): Command {
  const { out, err } = needs.terminal;
  const program = new Command("hookd")
    .description(
      "A webhook receiver that never loses an acked event, and runs your TypeScript handlers in worker threads",
    )
    .version(needs.version)
    .exitOverride()
    .showHelpAfterError("(--help shows what there is)")
    .configureHelp({ styleTitle: (text) => out.paint("bold", text) })
    .configureOutput({
      writeOut: (text) => void out.stream.write(text),
      writeErr: (text) => void err.stream.write(text),
      getOutHelpWidth: () => out.columns,
      getErrHelpWidth: () => err.columns,
      getOutHasColors: () => out.hasColour,
      getErrHasColors: () => err.hasColour,
      outputError: (text, write) => write(err.paint("red", cleanText(text))),
    })
    .addHelpText(
      "after",
      "\nExit codes: 0 fine, 1 it failed, 2 wrong usage or config.\nEach command has its own --help.",
    );
  // Commands inherit the settings above when they are made, so they come last.
  registerServe(program, needs);
  registerCheck(program, needs);
  registerSend(program, needs);
  registerVerify(program, needs);
  registerEvents(program, needs);
  registerDlq(program, needs);
  registerMailbox(program, needs);
  registerDoctor(program, needs);
  return program;
}

async function explain(error: HookdError, { terminal: { err } }: Needs): Promise<void> {
  await err.write(`${err.paint("red", error.code)}: ${cleanText(error.message)}\n`);
  await err.write(`${err.paint("dim", `${error.hint}.`)}\n`);
}
