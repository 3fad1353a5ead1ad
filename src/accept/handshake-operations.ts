/**
 * Handshakes in the OpenAPI document: those by GET as operations of their own, those by POST as further answers of
 * the source's. What is shown is what the rows of `handshakes.ts` answer.
 */
import type { Operation, Parameter, Response, Responses } from "../operation.ts";
import { mergeResponses, problemResponses } from "../operation.ts";
import { consentOperation } from "./cloud-events-operation.ts";
import type { Handshake } from "./handshakes.ts";
import { problemCases } from "./problem-cases.ts";
import type { Route } from "./routes.ts";

const CHALLENGE = "the-challenge";
const SIGNED = { challenge: CHALLENGE, mac: () => "the-hmac-of-the-challenge" };

/** What a POST is answered that is a handshake and no event. */
export function handshakeResponses({ handshakes }: Pick<Route, "handshakes">): Responses {
  return responsesOf(handshakes.filter(({ method }) => method === "POST"));
}

/** The requests to a source that are no POST. */
export function handshakeOperations(route: Route): Operation[] {
  const gets = route.handshakes.filter(({ method }) => method === "GET");
  const consent = consentOperation(route);
  return [...(gets.length === 0 ? [] : [getOperation(route, gets)]), ...(consent === undefined ? [] : [consent])];
}

function getOperation({ source, path, preset }: Route, handshakes: readonly Handshake[]): Operation {
  return {
    method: "get",
    path,
    description: {
      operationId: `greet_${source.replaceAll("-", "_")}`,
      tags: ["sources"],
      summary: `Handshake of source ${source}`,
      description: `As the senders of preset \`${preset}\` ask before they send.`,
      parameters: handshakes.flatMap(queryParameters),
      security: [],
      responses: mergeResponses(
        responsesOf(handshakes),
        problemResponses(problemCases(["invalid_value", "signature_invalid", "draining", "internal_error"], {
          invalid_value: "The challenge is missing, or is none of this sender's",
        })),
      ),
    },
  };
}

function queryParameters({ when, challenge, proof }: Handshake): Parameter[] {
  const references = [...when.map(([reference]) => reference), challenge?.in, proof?.in];
  return references.flatMap((reference) =>
    reference?.kind === "query"
      ? [{ name: reference.name, in: "query" as const, required: true, schema: { type: "string" } }]
      : []
  );
}

function responsesOf(handshakes: readonly Handshake[]): Responses {
  return mergeResponses(...handshakes.map((handshake) => {
    const { status, contentType, body } = handshake.answer(SIGNED);
    return { [status]: responseOf(handshake, { contentType, body }) };
  }));
}

function responseOf({ name }: Handshake, { contentType, body }: { contentType: string; body: string }): Response {
  const description = `The answer to the handshake \`${name}\``;
  if (contentType === "") return { description };
  const [media = ""] = contentType.split(";");
  if (media === "text/plain") {
    return { description, content: { [media]: { schema: { type: "string" }, examples: { [name]: { value: body } } } } };
  }
  const value = JSON.parse(body) as Record<string, unknown>;
  const properties = Object.fromEntries(Object.entries(value).map(([key, each]) => [key, { type: typeof each }]));
  const schema = { type: "object", properties, required: Object.keys(value), additionalProperties: false };
  return { description, content: { [media]: { schema, examples: { [name]: { value } } } } };
}
