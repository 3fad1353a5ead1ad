/**
 * From what is particular about a route of the admin listener to its operation in the OpenAPI document: the refusals
 * that every route can give, and parameters out of the schema that checks them, are filled in.
 */
import type { TSchema } from "typebox";
import {
  jsonResponse,
  mergeResponses,
  type OperationObject,
  type Parameter,
  type ProblemCase,
  problemResponses,
  type Response,
  type Responses,
  RETRY_AFTER,
} from "../operation.ts";
import { problem, type ProblemCode, PROBLEMS } from "./admin-answer.ts";
import type { Health } from "./admin-needs.ts";
import * as schemas from "./admin-schemas.ts";

export interface Described {
  id: string;
  tag: "health" | "events" | "dead letters" | "mailboxes" | "api";
  summary: string;
  description?: string;
  /** Of the path; each route has at most one. */
  param?: { name: string; description: string };
  query?: TSchema;
  body?: TSchema;
  responses: Responses;
  /** Besides those that every route can give. */
  problems?: readonly ProblemCode[];
  /** Needs no token on loopback. */
  open?: boolean;
  mutates?: boolean;
}

export function describeRoute(described: Described): OperationObject {
  const { id, tag, summary, description, body, responses, problems = [], open, mutates } = described;
  const guards: ProblemCode[] = [
    "admin_token_invalid",
    ...(mutates ? ["origin_not_allowed" as const] : []),
    "host_not_allowed",
  ];
  const bodies: ProblemCode[] = mutates
    ? ["invalid_body", "malformed_json", "body_too_large", "unsupported_media_type"]
    : [];
  const queries: ProblemCode[] = described.query === undefined ? [] : ["invalid_query"];
  // A parameter that is not valid percent-encoding names nothing.
  const params: ProblemCode[] = described.param === undefined ? [] : ["not_found"];
  const refusals = [...new Set([...guards, ...queries, ...bodies, ...params, ...problems, "internal_error" as const])];
  const parameters = parametersOf(described);
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && { requestBody: { content: { "application/json": { schema: body } } } }),
    // An empty requirement: no token is needed, on loopback.
    security: open ? [{}, { admin_token: [] }] : [{ admin_token: [] }],
    responses: mergeResponses(responses, problemResponses(refusals.map(caseOf))),
  };
}

function parametersOf({ param, query }: Described): Parameter[] {
  const { properties = {} } = (query ?? {}) as { properties?: Record<string, { description?: string }> };
  return [
    ...(param === undefined ? [] : [{ ...param, in: "path" as const, required: true, schema: { type: "string" } }]),
    ...Object.entries(properties).map(([name, { description, ...schema }]) => ({
      name,
      in: "query" as const,
      ...(description !== undefined && { description }),
      schema,
    })),
  ];
}

/** A problem as the document shows it. */
export function caseOf(code: ProblemCode): ProblemCase {
  const [status, when] = PROBLEMS[code];
  const example = JSON.parse(problem({ code, detail: when.replaceAll("`", "") }).body);
  return { status, code, when, example, ...(status === 503 && { headers: RETRY_AFTER }) };
}

export function ok(schema: TSchema, example: unknown, description = "OK"): Record<"200", Response> {
  return { 200: jsonResponse(description, schema, { examples: { answer: example } }) };
}

/** Of a probe: 200 or 503, the same body. */
export function health(healthy: Health, whenNot: string): Responses {
  const checks = { ...healthy.checks, draining: { ok: false, detail: "the daemon is stopping" } };
  return {
    ...ok(schemas.Health, healthy),
    503: jsonResponse(whenNot, schemas.Health, { examples: { failing: { status: "failing", checks } } }),
  };
}
