/** `hookd check` without its printing: every fault in config and handlers, as lines. */
import { NO_SECRET_YET } from "./dev-secret.ts";
import { HookdError } from "../errors.ts";
import { readProject } from "./project.ts";

/** `dev`: as `serve --dev` would take it, a secret that is not set is no fault. */
export async function checkProject(
  configFile: string,
  { dev }: { dev: boolean },
): Promise<{ faults: readonly string[]; warnings: readonly string[] }> {
  try {
    const reading = await readProject(configFile, { devSecret: dev ? NO_SECRET_YET : undefined });
    return reading.kind === "ok" ? { faults: [], warnings: reading.project.warnings } : reading;
  } catch (error) {
    if (error instanceof HookdError) return { faults: [`${error.message}. ${error.hint}`], warnings: [] };
    throw error;
  }
}
