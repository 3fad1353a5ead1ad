/**
 * What a listener does at one path for one method, in the words of OpenAPI 3.1. Each room describes its own
 * operations out of the schemas that it checks and answers by; the admin listener makes one document of them.
 */
import { PROBLEM_TYPE } from "./problem-body.ts";

/** A JSON Schema of draft 2020-12, such as TypeBox makes. */
export type Schema = object | boolean;

export interface Operation {
  method: "get" | "post" | "delete" | "options";
  /** With its parameters in braces: `/events/{id}`. */
  path: string;
  description: OperationObject;
}

/** https://spec.openapis.org/oas/v3.1.1#operation-object, as far as hookd uses it. */
export interface OperationObject {
  operationId: string;
  tags: readonly string[];
  summary: string;
  description?: string;
  parameters?: readonly Parameter[];
  requestBody?: { required?: boolean; description?: string; content: Record<string, Media> };
  responses: Responses;
  security?: readonly Record<string, readonly string[]>[];
}

export interface Parameter {
  name: string;
  in: "path" | "query" | "header";
  required?: boolean;
  description?: string;
  schema: Schema;
}

export interface Media {
  schema: Schema;
  example?: unknown;
  examples?: Record<string, { summary?: string; value: unknown }>;
}

export interface Response {
  description: string;
  headers?: Record<string, { description?: string; required?: boolean; schema: Schema }>;
  content?: Record<string, Media>;
}

/** By status. */
export type Responses = Record<string, Response>;

/** Where all problems' schema stands in the document. */
const PROBLEM_REF = { $ref: "#/components/schemas/Problem" };

/** A JSON answer; of several examples each has a name. */
export function jsonResponse(
  description: string,
  schema: Schema,
  { examples = {}, headers }: { examples?: Record<string, unknown>; headers?: Response["headers"] } = {},
): Response {
  const named = Object.entries(examples).map(([name, value]) => [name, { value }]);
  const media = named.length === 0 ? { schema } : { schema, examples: Object.fromEntries(named) };
  return { description, ...(headers && { headers }), content: { "application/json": media } };
}

/** One code of a problem, as a caller can meet it. */
export interface ProblemCase {
  status: number;
  code: string;
  /** When it is answered: a sentence. */
  when: string;
  /** A body with this code, as it is sent. */
  example: unknown;
  headers?: Response["headers"];
}

/** Problems by status: the codes that each can have, and a body for each. */
export function problemResponses(cases: readonly ProblemCase[]): Responses {
  const responses: Responses = {};
  for (const status of new Set(cases.map((each) => each.status))) {
    const some = cases.filter((each) => each.status === status);
    const narrowed = { properties: { status: { const: status }, code: { enum: some.map(({ code }) => code) } } };
    const headers = Object.assign({}, ...some.map((each) => each.headers ?? {}));
    responses[status] = {
      description: some.map(({ code, when }) => some.length === 1 ? when : `\`${code}\`: ${when}`).join("\n\n"),
      ...(Object.keys(headers).length > 0 && { headers }),
      content: {
        [PROBLEM_TYPE]: {
          schema: { allOf: [PROBLEM_REF, narrowed] },
          examples: Object.fromEntries(some.map(({ code, example }) => [code, { value: example }])),
        },
      },
    };
  }
  return responses;
}

/** All of them, in the order of their statuses; of one status, every content type and all descriptions. */
export function mergeResponses(...all: readonly Responses[]): Responses {
  const merged: Responses = {};
  for (const [status, response] of all.flatMap((each) => Object.entries(each))) {
    const before = merged[status];
    merged[status] = before === undefined ? response : mergeResponse(before, response);
  }
  return Object.fromEntries(Object.entries(merged).sort(([a], [b]) => Number(a) - Number(b)));
}

function mergeResponse(a: Response, b: Response): Response {
  const content = { ...a.content };
  for (const [type, media] of Object.entries(b.content ?? {})) {
    const before = content[type];
    content[type] = before === undefined ? media : {
      schema: { anyOf: [before.schema, media.schema] },
      examples: { ...before.examples, ...media.examples },
    };
  }
  return {
    description: `${a.description}\n\n${b.description}`,
    ...((a.headers ?? b.headers) && { headers: { ...a.headers, ...b.headers } }),
    ...((a.content ?? b.content) && { content }),
  };
}

/** The header of answers that tell when to come back. */
export const RETRY_AFTER: Response["headers"] = {
  "Retry-After": { description: "Seconds to wait", required: true, schema: { type: "integer", minimum: 1 } },
};

/** With an `$id` of its own, what a schema refers to as `#/$defs/...` is its own `$defs`, not the document's. */
export function selfContained(schema: Schema, id: string): Schema {
  if (typeof schema === "boolean" || "$id" in schema || !JSON.stringify(schema).includes('"$ref"')) return schema;
  return { $id: id, ...schema };
}
