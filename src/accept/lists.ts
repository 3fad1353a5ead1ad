/**
 * What a source that takes several events in one body is made of, and what it cannot be: an answer that waits for
 * one event's outcome has no place for many.
 */
import type { SourceConfig } from "../config.ts";
import type { ResponseMode } from "../model.ts";
import type { Preset } from "../presets/preset.ts";
import { type Refusal, refuse } from "./problem.ts";
import type { Received } from "./received.ts";
import { parseReference } from "./reference.ts";
import type { Report } from "./source-fault.ts";

/** The most events of one request. */
export const EVENTS_MAX = 1000;

/** One event of a request. */
export interface Piece {
  /** Headers and query of the request; the body is the event's own. */
  received: Received;
  /** Where it stands in the request's body, as a JSON pointer. */
  at: string;
}

export interface Unwrapped {
  kind: "unwrapped";
  pieces: readonly Piece[];
  /** Answered as a list, also when there is one event in it. */
  isList: boolean;
}

/** Why a value is no list of events. `at` is where it stands. */
export function listFault(value: unknown, at: string): Refusal | undefined {
  if (Array.isArray(value) && value.length <= EVENTS_MAX) return undefined;
  const message = Array.isArray(value) ? `must not have more than ${EVENTS_MAX} items` : "must be array";
  return refuse("schema_violation", `The list of events ${message}`, { errors: [{ path: at, message }] });
}

/** Where the list is. */
export interface EventList {
  pointer: string;
  steps: readonly string[];
}

export interface ListRules {
  list: EventList | undefined;
  format: SourceConfig["format"];
  origins: readonly string[];
  /** Whether one request may carry several events. */
  takesLists: boolean;
  changedBody: "reject" | "duplicate";
}

/** What is faulty is told, and left out. */
export function compileLists(preset: Preset, source: SourceConfig, report: Report): ListRules {
  const { each = source.format === undefined ? preset.events : undefined, format, origins, mode } = source;
  const list = each === undefined ? undefined : parseList(each, report);
  const takesLists = each !== undefined || (format !== undefined && answersLists(mode));
  if (source.each !== undefined && format !== undefined) {
    report("fault", ["each"], `has no place beside format: ${format}, which has lists of its own`);
  }
  if (origins.length > 0 && format === undefined) report("fault", ["origins"], "needs format: cloudevents");
  if (each !== undefined && !answersLists(mode)) {
    report(
      "fault",
      ["mode"],
      `"${mode}" answers with the outcome of one event, and this source takes lists`,
      "use ack",
    );
  }
  if (takesLists && source.changedBody === "reject") {
    report(
      "fault",
      ["changed_body"],
      `"reject" is not possible for lists: the other events of the request are stored by then`,
      "use duplicate",
    );
  }
  const changedBody = takesLists ? "duplicate" : source.changedBody ?? preset.changedBody;
  return { list, format, origins, takesLists, changedBody };
}

/** Where type and key are, unless the source says otherwise. Source and id make a CloudEvent unique. */
export function placesOf(preset: Preset, { format }: SourceConfig): Pick<Preset, "type" | "keys"> {
  return format === undefined ? preset : { type: "header:ce-type", keys: ["{header:ce-source} {header:ce-id}"] };
}

function answersLists(mode: ResponseMode): boolean {
  return mode !== "sync" && mode !== "sender-retry";
}

function parseList(each: string, report: Report): EventList | undefined {
  const parsed = parseReference(each, ["json"]);
  if (parsed.kind === "ok" && parsed.reference.kind === "json") return parsed.reference;
  if (parsed.kind === "malformed") report("fault", ["each"], parsed.message, parsed.hint);
  return undefined;
}
