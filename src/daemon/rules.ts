/**
 * What config and handlers say about one stored event: which handler runs it, how long, and how its failures
 * are settled. Read anew for each attempt, so that a reload counts for what waits, too. Pure.
 */
import { nestsDeeper } from "../accept/json-body.ts";
import { valueAt } from "../accept/reference.ts";
import { handlerFor } from "../accept/routes.ts";
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
export function rulesFor(event: StoredEvent, project: Project): EventRules {
  const { config } = project;
  const source = config.sources.find(({ name }) => name === event.source);
  return {
    policy: { ...config.retry, ...source?.retry, ...handlerOf(event, project)?.retry },
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

export function runPlanFor(event: StoredEvent, project: Project): RunPlan {
  const { config, routes } = project;
  const route = routes.bySource.get(event.source);
  const entry = handlerOf(event, project);
  if (entry !== undefined) {
    const dataPointer = route === undefined ? "" : route.dataPointer;
    return { kind: "run", entry, timeoutMs: entry.timeoutMs ?? config.pool.timeoutMs, dataPointer };
  }
  if (route?.unknown === "accept") return { kind: "skip" };
  return {
    kind: "unrunnable",
    failure: { code: "ERR_NO_HANDLER", message: `No handler for event type "${event.type}"` },
  };
}

/** A source that is gone from hookd.yaml has no say: what it took is still handled. */
function handlerOf({ source, type }: StoredEvent, { handlers, routes }: Project): HandlerEntry | undefined {
  const route = routes.bySource.get(source);
  return route === undefined ? handlers.match(type) : handlerFor(route, type, handlers);
}

/** Deeper JSON is shown as text: jq 1.6 reads 256 levels, and for one that is deeper it refuses the whole file. */
const SHOWN_DEPTH_MAX = 200;

/** The event's data as a dead letter shows it: what the source's `data` points at, or the body as text if it is no JSON. */
export function letterDataOf(event: StoredEvent, { routes }: Project): unknown {
  const text = new TextDecoder().decode(event.body);
  const data = routes.bySource.get(event.source)?.data;
  if (data?.kind === "body" || nestsDeeper(event.body, SHOWN_DEPTH_MAX)) return text;
  try {
    return valueAt(JSON.parse(text), data?.steps ?? []);
  } catch {
    return text;
  }
}
