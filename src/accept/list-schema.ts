/** A body that carries a list of events, for the OpenAPI document: the schema and the example of one, at its place. */
import type { Schema } from "../operation.ts";
import { EVENTS_MAX } from "./lists.ts";
import type { Route } from "./routes.ts";

/** The schema of the whole body, out of that of one event. */
export function listSchema({ list }: Pick<Route, "list">, event: Schema): Schema {
  if (list === undefined) return event;
  return list.steps.reduceRight<Schema>(
    (inner, step) => ({ type: "object", properties: { [step]: inner }, required: [step] }),
    { type: "array", maxItems: EVENTS_MAX, items: event },
  );
}

/** A body with this one event. */
export function listOf({ list }: Pick<Route, "list">, event: unknown): unknown {
  if (list === undefined) return event;
  return list.steps.reduceRight<unknown>((inner, step) => ({ [step]: inner }), [event]);
}
