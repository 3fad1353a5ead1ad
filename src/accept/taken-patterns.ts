/** Which event types, or patterns of them, a source can carry to a handler. For the OpenAPI document. */
import type { HandlerEntry, HandlerTable } from "../ports.ts";
import { type Reference, splitTemplate } from "./reference.ts";
import type { Route } from "./routes.ts";

export interface Taken {
  pattern: string;
  handler: HandlerEntry;
}

/** Those that the source lists first, in its order; then the handlers' own patterns by name. */
export function takenPatterns(route: Route, handlers: HandlerTable): Taken[] {
  const declared = handlers.entries.flatMap(({ events }) => events).filter((pattern) => takes(route, pattern)).sort();
  const listed = (route.types ?? []).filter((pattern) => !pattern.endsWith("*"));
  const fixed = route.type.kind === "literal" ? [route.type.text] : [];
  return [...new Set([...fixed, ...listed, ...declared])]
    .filter((pattern) => canMake(route.type, pattern))
    .flatMap((pattern) => {
      const handler = handlers.match(sampleOf(pattern));
      return handler === undefined ? [] : [{ pattern, handler }];
    });
}

function takes(route: Route, pattern: string): boolean {
  return route.takes(sampleOf(pattern));
}

/** Some type that a pattern fits: `order.*` as `order.x`. */
function sampleOf(pattern: string): string {
  return pattern.endsWith("*") ? `${pattern.slice(0, -1)}x` : pattern;
}

function canMake(type: Reference, pattern: string): boolean {
  if (type.kind === "literal") return type.text === pattern;
  return type.kind !== "template" || splitTemplate(type, pattern) !== undefined;
}
