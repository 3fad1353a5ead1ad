/**
 * From a verified request to the events in it: one, as a rule; those of a list where the source has one (`each`);
 * CloudEvents in their three forms. After this every event is looked at as if it had come alone.
 */
import { cloudEvents } from "./cloud-events.ts";
import { elementSlices, sliceAt } from "./json-slices.ts";
import { type EventList, listFault, type Piece, type Unwrapped } from "./lists.ts";
import type { Refusal } from "./problem.ts";
import { jsonOf, type Received } from "./received.ts";
import { valueAt } from "./reference.ts";
import type { Route } from "./routes.ts";

export function unwrap(
  { list, format, takesLists }: Pick<Route, "list" | "format" | "takesLists">,
  received: Received,
): Unwrapped | Refusal {
  if (format === "cloudevents") return cloudEvents(received, takesLists);
  return list === undefined
    ? { kind: "unwrapped", pieces: [{ received, at: "" }], isList: false }
    : splitList(received, list);
}

/** The body of each event is the exact bytes of its element. */
function splitList(received: Received, { pointer, steps }: EventList): Unwrapped | Refusal {
  const parsed = jsonOf(received);
  if (parsed.kind === "refused") return parsed;
  const elements = valueAt(parsed.value, steps);
  const fault = listFault(elements, pointer);
  if (fault !== undefined) return fault;
  const slices = elementSlices(sliceAt(received.body, steps)!);
  const pieces = (elements as unknown[]).map((value, index): Piece => ({
    received: { ...received, body: slices[index]!, parsed: { kind: "json", value } },
    at: `${pointer}/${index}`,
  }));
  return { kind: "unwrapped", pieces, isList: true };
}
