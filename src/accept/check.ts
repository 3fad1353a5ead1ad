/**
 * Whether hookd takes an identified event: its type has a handler, the body meets the source's schema and
 * the data meets the handler's. Refusing here tells the sender at once what would otherwise become a dead
 * letter.
 */
import type { HandlerEntry } from "../ports.ts";
import type { Violation } from "../problem-body.ts";
import type { Identity } from "./identify.ts";
import { type Refusal, refuse } from "./problem.ts";
import { jsonOf, type Received } from "./received.ts";
import { valueAt } from "./reference.ts";
import type { Route } from "./routes.ts";
import { violationsOf } from "./schema-check.ts";

/** `ignore`: answer 204, store nothing. */
export type Checked = { kind: "accept" } | { kind: "ignore" } | Refusal;

export function checkEvent(
  route: Route,
  received: Received,
  { identity, handler }: { identity: Identity; handler: HandlerEntry | undefined },
): Checked {
  if (handler === undefined && route.unknown === "ignore") return { kind: "ignore" };
  if (handler === undefined && route.unknown === "reject") {
    return withViolations(route, received, refuse("unknown_event_type", `Unknown event type: ${identity.type}`));
  }
  const needsJson = route.schema !== undefined || (handler?.schema !== undefined && route.data.kind === "json");
  const parsed = needsJson ? jsonOf(received) : undefined;
  if (parsed?.kind === "refused") return parsed;
  const errors = [
    ...(route.schema === undefined ? [] : violationsOf(route.schema, parsed?.value)),
    ...(handler?.schema === undefined ? [] : dataViolations(route, handler.schema, { received, body: parsed?.value })),
  ];
  return errors.length === 0
    ? { kind: "accept" }
    : refuse("schema_violation", summary(errors), { errors: unique(errors) });
}

/**
 * A refusal that tells all that is wrong with the body, and not only that its type is: a sender that mends one thing
 * and is refused for the next has to guess how many there are.
 */
export function withViolations(route: Pick<Route, "schema">, received: Received, refusal: Refusal): Refusal {
  if (route.schema === undefined || !OF_THE_TYPE.has(refusal.code)) return refusal;
  const parsed = jsonOf(received);
  const errors = parsed.kind === "refused" ? [] : violationsOf(route.schema, parsed.value);
  if (errors.length === 0) return refusal;
  if (refusal.code === "unknown_event_type") return { ...refusal, errors };
  return refuse("schema_violation", summary(errors), { errors });
}

const OF_THE_TYPE: ReadonlySet<string> = new Set(["event_type_missing", "invalid_value", "unknown_event_type"]);

/** Paths count from the body's root, as the sender wrote it. */
function dataViolations(
  { data }: Route,
  schema: unknown,
  { received, body }: { received: Received; body: unknown },
): Violation[] {
  // Where data is the body as text, JSON or not, a schema sees that text.
  if (data.kind === "body") return violationsOf(schema, new TextDecoder().decode(received.body));
  const value = valueAt(body, data.steps);
  if (value === undefined) return [{ path: data.pointer, message: "is required" }];
  return violationsOf(schema, value).map(({ path, message }) => ({ path: data.pointer + path, message }));
}

/** Both schemas may name one place. */
function unique(errors: readonly Violation[]): Violation[] {
  return [...new Map(errors.map((error) => [`${error.path} ${error.message}`, error])).values()];
}

function summary(errors: readonly Violation[]): string {
  const [first] = errors;
  const more = unique(errors).length - 1;
  return `The event does not meet its schema: ${first!.path || "the body"} ${first!.message}${
    more > 0 ? ` (and ${more} more)` : ""
  }`;
}
