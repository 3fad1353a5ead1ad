/**
 * What config and handlers say about one stored event: which handler runs it, how long, and how its failures
 * are settled. Read anew for each attempt, so that a reload counts for what waits, too. Pure.
 */
import type { Failure, Outcome, StoredEvent } from "../model.ts";
import type { HandlerEntry } from "../ports.ts";
import type { Project } from "./project.ts";

/** Beyond the settlement rules of `settle/`, nothing here decides. */
export interface EventRules {
  policy: Project["config"]["retry"];
  mode: Project["config"]["sources"][number]["mode"];
  onDead: "skip" | "park";
}

/** The handler's own retry options before the source's, and those before the global ones. */
export function rulesFor(event: StoredEvent, { config, handlers }: Project): EventRules {
  const source = config.sources.find(({ name }) => name === event.source);
  return {
    policy: { ...config.retry, ...source?.retry, ...handlers.match(event.type)?.retry },
    mode: source?.mode ?? "ack",
    onDead: source?.onDead ?? "skip",
  };
}

export type RunPlan =
  | { kind: "run"; entry: HandlerEntry; timeoutMs: number; dataPointer: string | undefined }
  /** No handler, and the source takes such events. */
  | { kind: "skip" }
  /** No handler any more: it was there when the event was accepted. */
  | { kind: "unrunnable"; failure: Failure };

/** How a skipped event ends. */
export const SKIPPED: Outcome = { kind: "ok", result: '{"status":"skipped"}' };

export function runPlanFor(event: StoredEvent, { config, handlers, routes }: Project): RunPlan {
  const route = routes.bySource.get(event.source);
  const entry = handlers.match(event.type);
  if (entry !== undefined) {
    const dataPointer = route === undefined ? "" : route.dataPointer;
    return { kind: "run", entry, timeoutMs: entry.timeoutMs ?? config.pool.timeoutMs, dataPointer };
  }
  if (route?.unknown === "accept") return { kind: "skip" };
  return { kind: "unrunnable", failure: { code: "ERR_NO_HANDLER", message: `No handler for event type "${event.type}"` } };
}
