/**
 * The public listener's side of the OpenAPI document: an operation for each source, with the schemas of the handlers
 * and with bodies as `hookd send` would send them.
 */
import { handshakeOperations } from "../accept/handshake-operations.ts";
import { problemCases } from "../accept/problem-cases.ts";
import { valueAt } from "../accept/reference.ts";
import type { Route } from "../accept/routes.ts";
import { violationsOf } from "../accept/schema-check.ts";
import { signatureName, signatureScheme } from "../accept/signature-scheme.ts";
import { sourceOperation } from "../accept/source-operation.ts";
import { STATUS_OPERATION } from "../accept/status-operation.ts";
import type { HandlerTable } from "../ports.ts";
import { exampleData } from "../sender/example-events.ts";
import { placeEvent } from "../sender/signed-request.ts";
import type { PublicApi } from "../watch/admin-needs.ts";
import { handlerSchemas } from "./handler-schemas.ts";
import type { Project } from "./project.ts";

export function publicApi({ routes, handlers }: Pick<Project, "routes" | "handlers">): Omit<PublicApi, "url"> {
  const sources = [...routes.bySource.values()];
  const { schemas, schemaOf } = handlerSchemas(handlers);
  const exampleOf = (route: Route, type: string) => exampleBody(route, type, handlers);
  const presets = new Map(sources.map(({ preset, presetRow }) => [preset, presetRow]));
  return {
    operations: [
      ...sources.flatMap((route) => [
        sourceOperation(route, { handlers, schemaOf, exampleOf }),
        ...handshakeOperations(route),
      ]),
      STATUS_OPERATION,
    ],
    schemas,
    securitySchemes: Object.fromEntries(
      [...presets].map(([name, row]) => [signatureName(name), signatureScheme(name, row)]),
    ),
    unrouted: problemCases(["not_found", "method_not_allowed", "draining"]),
  };
}

/** Undefined where hookd knows no data that the handler would take. */
function exampleBody(route: Route, type: string, handlers: HandlerTable): unknown {
  const { data, written, schema } = route;
  if (data.kind !== "json") return undefined;
  const event = { type, data: exampleData(type), id: "", key: null };
  const recipe = { type: written.type, data: written.data, key: "", order: undefined, schema };
  const body: unknown = JSON.parse(new TextDecoder().decode(placeEvent(event, recipe, new Date(EXAMPLE_AT)).body));
  const violations = violationsOf(handlers.match(type)?.schema ?? true, valueAt(body, data.steps));
  return violations.length === 0 ? body : undefined;
}

/** Any moment: the examples of a document do not change with the clock. */
const EXAMPLE_AT = Date.parse("2026-01-01T12:00:00Z");
