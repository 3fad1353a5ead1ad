/** CloudEvents in the OpenAPI document: the bodies of the structured form and of the batch, and the OPTIONS handshake. */
import type { Media, Operation } from "../operation.ts";
import { problemResponses } from "../operation.ts";
import { EVENTS_MAX } from "./lists.ts";
import { problemCases } from "./problem-cases.ts";
import type { Route } from "./routes.ts";

const text = { type: "string", minLength: 1 };
const ENVELOPE = {
  type: "object",
  properties: { specversion: { const: "1.0" }, id: text, source: text, type: text, data: {}, data_base64: text },
  required: ["specversion", "id", "source", "type"],
  additionalProperties: { type: ["string", "integer", "boolean", "null"] },
};

/** By content type; what has none of them is in binary mode. */
export function cloudEventContent({ takesLists }: Pick<Route, "takesLists">): Record<string, Media> {
  const batch = { schema: { type: "array", maxItems: EVENTS_MAX, items: ENVELOPE } };
  return {
    "application/cloudevents+json": { schema: ENVELOPE },
    ...(takesLists && { "application/cloudevents-batch+json": batch }),
  };
}

const string = { type: "string" };

/** Undefined for a source that lets nobody ask. */
export function consentOperation({ source, path, origins }: Route): Operation | undefined {
  if (origins.length === 0) return undefined;
  return {
    method: "options",
    path,
    description: {
      operationId: `ask_${source.replaceAll("-", "_")}`,
      tags: ["sources"],
      summary: `Ask whether source ${source} takes events`,
      description: "CloudEvents webhook specification 1.0, section 4. A callback URL is not called.",
      parameters: ["WebHook-Request-Origin", "WebHook-Request-Rate"].map((name) => (
        { name, in: "header", required: name.endsWith("Origin"), schema: string }
      )),
      security: [],
      responses: {
        200: {
          description: "It does",
          headers: {
            Allow: { required: true, schema: { const: "POST" } },
            "WebHook-Allowed-Origin": { required: true, schema: { enum: origins } },
            "WebHook-Allowed-Rate": { required: true, description: "Events per minute, or `*`", schema: string },
          },
          content: { "text/plain": { schema: { type: "string", maxLength: 0 } } },
        },
        ...problemResponses(problemCases(["method_not_allowed", "draining", "internal_error"])),
      },
    },
  };
}
