/** One act for each of several ids: a failure of one does not stop the others, and shows in the exit code. */
import { HookdError } from "../errors.ts";
import { ExitCode } from "./exit-code.ts";
import type { Needs } from "./needs.ts";
import { startProgress } from "./progress.ts";
import { cleanLine } from "./terminal.ts";

/** Prints a line for each id. Ends with exit code 1 when any failed; gives up at once when nobody answers. */
export async function forEachId<Answer>(
  ids: readonly string[],
  { act, tell, json }: {
    act(id: string): Promise<Answer>;
    tell(id: string, answer: Answer): string;
    json: boolean;
  },
  { terminal: { out, err } }: Pick<Needs, "terminal">,
): Promise<void> {
  const progress = startProgress(ids.length, err);
  const lines: string[] = [];
  let failures = 0;
  try {
    for (const id of ids) {
      const ending = await attempt(() => act(id));
      if (ending.kind === "failed") failures += 1;
      lines.push(json ? jsonLine(id, ending) : textLine(id, { ending, tell }));
      progress.step();
    }
  } finally {
    progress.stop();
    await out.write(lines.map((line) => `${line}\n`).join(""));
  }
  if (failures > 0) throw new ExitCode(1);
}

type Ending<Answer> = { kind: "ok"; answer: Answer } | { kind: "failed"; error: HookdError };

function jsonLine<Answer>(id: string, ending: Ending<Answer>): string {
  return JSON.stringify({ id, ...(ending.kind === "ok" ? ending.answer : { error: ending.error.message }) });
}

function textLine<Answer>(
  id: string,
  { ending, tell }: { ending: Ending<Answer>; tell(id: string, answer: Answer): string },
): string {
  return cleanLine(ending.kind === "ok" ? tell(id, ending.answer) : `${id}: ${ending.error.message}`);
}

async function attempt<Answer>(act: () => Promise<Answer>): Promise<Ending<Answer>> {
  try {
    return { kind: "ok", answer: await act() };
  } catch (error) {
    const isAboutThisId = error instanceof HookdError && (error.code === "ERR_NOT_FOUND" || error.code === "ERR_USAGE");
    if (isAboutThisId) return { kind: "failed", error };
    throw error;
  }
}
