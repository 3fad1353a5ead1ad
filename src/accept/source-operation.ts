/**
 * A source as an operation of the OpenAPI document: what it takes, out of the references and schemas that check it,
 * and every answer that its mode can give, with bodies made by the functions that answer.
 */
import type { Operation, Parameter, Responses, Schema } from "../operation.ts";
import { mergeResponses, problemResponses } from "../operation.ts";
import type { HandlerEntry, HandlerTable } from "../ports.ts";
import { bodySchema } from "./event-schema.ts";
import { cloudEventContent } from "./cloud-events-operation.ts";
import { handshakeResponses } from "./handshake-operations.ts";
import { listOf, listSchema } from "./list-schema.ts";
import { modeResponses } from "./mode-responses.ts";
import { problemCases } from "./problem-cases.ts";
import type { ProblemCode } from "./problem.ts";
import type { Reference } from "./reference.ts";
import type { Route } from "./routes.ts";
import { headerCase, signatureName } from "./signature-scheme.ts";
import { takenPatterns } from "./taken-patterns.ts";

export interface SourceOperationNeeds {
  handlers: HandlerTable;
  /** The schema of a handler's data as it is to stand in the document. */
  schemaOf(handler: HandlerEntry): object | undefined;
  /** A body of that type as a sender of this source would send it; undefined when there is none. */
  exampleOf(route: Route, type: string): unknown;
}

export function sourceOperation(route: Route, needs: SourceOperationNeeds): Operation {
  const taken = takenPatterns(route, needs.handlers);
  const types = taken.map(({ pattern }) => pattern);
  return {
    method: "post",
    path: route.path,
    description: {
      operationId: `send_${route.source.replaceAll("-", "_")}`,
      tags: ["sources"],
      summary: `Send an event to source ${route.source}`,
      description: purposeOf(route),
      parameters: parametersOf(route, types),
      requestBody: {
        required: true,
        content: {
          [route.data.kind === "json" ? "application/json" : "*/*"]: {
            schema: listSchema(route, bodySchema(route, taken, needs.schemaOf)),
            ...examplesOf(route, types, needs),
          },
          ...(route.format === "cloudevents" && cloudEventContent(route)),
        },
      },
      security: [{ [signatureName(route.preset)]: [] }],
      responses: mergeResponses(modeResponses(route), handshakeResponses(route), refusalsOf(route)),
    },
  };
}

function purposeOf({ mode, preset, rate, order, list }: Route): string {
  const told = [`Mode \`${mode}\`, signed as preset \`${preset}\` says.`];
  if (rate !== undefined) told.push(`At most ${rate.count} events in ${rate.perMs / 1000} s.`);
  if (list !== undefined) {
    told.push(`The body has a list of events at \`json:${list.pointer}\`; all are taken, or none.`);
  }
  if (order !== undefined) told.push(`Events run in order of acceptance per ${textOf(order)}.`);
  return told.join(" ");
}

function parametersOf(route: Route, types: readonly string[]): Parameter[] {
  const exact = types.filter((type) => !type.endsWith("*"));
  const typeSchema = { type: "string", ...(exact.length > 0 && { examples: exact.slice(0, 20) }) };
  const { keys, order, mode, scheme } = route;
  const list = [
    ...parametersAt(route.type, { description: "Event type", required: true, schema: typeSchema }),
    ...keys.flatMap((key) => parametersAt(key, { description: "Idempotency key", schema: { type: "string" } })),
    ...(order === undefined ? [] : parametersAt(order, { description: "Ordering key", schema: { type: "string" } })),
    ...signedParts(scheme).flatMap((part) =>
      parametersAt(part, { description: "Signed", required: true, schema: { type: "string" } })
    ),
    ...(mode === "sender-retry" ? [RETRY_COUNT] : []),
  ];
  const byName = new Map<string, Parameter>();
  for (const parameter of list) {
    const id = `${parameter.in}:${parameter.name}`;
    byName.set(id, { ...byName.get(id), ...parameter });
  }
  const parameters = [...byName.values()];
  // Where the body is an envelope, the attributes of CloudEvents are in it.
  return route.format === undefined ? parameters : parameters.map(({ required: _, ...parameter }) => parameter);
}

function signedParts(scheme: Route["scheme"]): readonly Reference[] {
  if (scheme.kind === "coded") return [];
  return scheme.time === undefined ? scheme.content : [...scheme.content, scheme.time.from];
}

const RETRY_COUNT: Parameter = {
  name: "X-Retry-Count",
  in: "header",
  description: "How many times the sender has tried before; absent: 0",
  schema: { type: "integer", minimum: 0, maximum: 1000 },
};

function parametersAt(
  reference: Reference,
  rest: { description: string; required?: boolean; schema: Schema },
): Parameter[] {
  if (reference.kind === "template") {
    return reference.parts.flatMap((part) =>
      parametersAt(part, { ...rest, description: `Part of: ${rest.description}` })
    );
  }
  if (reference.kind === "header") return [{ name: headerCase(reference.name), in: "header", ...rest }];
  return reference.kind === "query" ? [{ name: reference.name, in: "query", ...rest }] : [];
}

function textOf(reference: Reference): string {
  switch (reference.kind) {
    case "header":
    case "query":
    case "kv":
      return `\`${reference.kind}:${reference.name}\``;
    case "json":
      return `\`json:${reference.pointer}\``;
    case "literal":
      return `\`${reference.text}\``;
    case "body":
      return "the body";
    case "template":
      return reference.parts.map(textOf).join(" and ");
    default:
      return `\`${reference.kind}\``;
  }
}

function examplesOf(route: Route, types: readonly string[], { exampleOf }: SourceOperationNeeds) {
  const found = types.filter((type) => !type.endsWith("*")).flatMap((type) => {
    const value = exampleOf(route, type);
    return value === undefined ? [] : [[type, { value: listOf(route, value) }] as const];
  });
  return found.length === 0 ? {} : { examples: Object.fromEntries(found) };
}

function refusalsOf(route: Route): Responses {
  const codes: ProblemCode[] = [
    "bad_request",
    "malformed_json",
    "json_too_deep",
    "event_type_missing",
    "invalid_value",
    "repeated_value",
    "conflicting_keys",
    ...(route.mode === "sender-retry" ? ["invalid_retry_count" as const] : []),
    ...(route.unknown === "reject" ? ["unknown_event_type" as const] : []),
    "schema_violation",
    "signature_invalid",
    "timeout",
    "length_required",
    "body_too_large",
    "unsupported_encoding",
    ...(route.changedBody === "reject" ? ["idempotency_key_reused" as const] : []),
    ...(route.rate === undefined ? [] : ["rate_limited" as const]),
    "headers_too_large",
    "internal_error",
    "draining",
    "overloaded",
    ...("code" in route.presetRow && route.presetRow.code === "aws-sns" ? ["key_unavailable" as const] : []),
    "store_failed",
  ];
  return problemResponses(problemCases(codes));
}
