/**
 * What a source's body may be, as one JSON Schema out of the schemas that check it: the source's own, and those of
 * the handlers that its events can reach. For the OpenAPI document.
 */
import { type Schema, selfContained } from "../operation.ts";
import type { HandlerEntry } from "../ports.ts";
import { type Reference, splitTemplate } from "./reference.ts";
import type { Route } from "./routes.ts";
import type { Taken } from "./taken-patterns.ts";

/** `schemaOf` gives the schema of a handler's data as it is to stand in the document. */
export function bodySchema(
  route: Route,
  taken: readonly Taken[],
  schemaOf: (handler: HandlerEntry) => object | undefined,
): Schema {
  const id = `urn:hookd:source:${route.source}`;
  const own = route.schema === undefined ? undefined : selfContained(route.schema as Schema, id);
  const forms = route.data.kind === "body" ? [] : taken.map((each) => formOf(route, each, schemaOf));
  const anyOther = { title: "any other event type", description: "Stored, and marked as skipped" };
  const all = route.unknown === "accept" ? [...forms, anyOther] : forms;
  const whole = [
    ...(own === undefined ? [] : [own]),
    ...(keyParts(route).length === 0 ? [] : [documentOf(keyParts(route))]),
    ...(forms.length === 0 ? [] : [{ anyOf: all }]),
  ];
  return whole.length === 1 ? whole[0]! : whole.length === 0 ? {} : { allOf: whole };
}

/** Ordering key and idempotency key, where the body holds them: text or a number, if they are there. */
function keyParts({ keys, order }: Route): Part[] {
  const schema = { type: ["string", "number", "null"] };
  const references = order === undefined ? keys : [...keys, order];
  return references.flatMap((each) => partsOf(each)).map((steps) => ({ steps, schema, isOptional: true }));
}

function partsOf(reference: Reference): (readonly string[])[] {
  if (reference.kind === "template") return reference.parts.flatMap(partsOf);
  return reference.kind === "json" ? [reference.steps] : [];
}

function formOf(
  { type, data }: Route,
  { pattern, handler }: Taken,
  schemaOf: (handler: HandlerEntry) => object | undefined,
): Schema {
  const schema = schemaOf(handler);
  const parts = typeParts(type, pattern);
  if (schema !== undefined && data.kind === "json") parts.push({ steps: data.steps, schema });
  return { title: pattern, ...documentOf(parts) };
}

/** What is known of the value at a place in the body. */
interface Part {
  steps: readonly string[];
  schema: object;
  isOptional?: boolean;
}

/** The parts of the body that make the type, where it is the body that makes it. */
function typeParts(type: Reference, pattern: string): Part[] {
  if (type.kind === "json") return [{ steps: type.steps, schema: valueOf(pattern) }];
  if (type.kind !== "template") return [];
  const found = splitTemplate(type, pattern) ?? [];
  return found.flatMap(({ part, value }) =>
    part.kind === "json" ? [{ steps: part.steps, schema: valueOf(value) }] : []
  );
}

function valueOf(pattern: string): object {
  if (!pattern.endsWith("*")) return { const: pattern };
  const prefix = pattern.slice(0, -1).replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
  return { type: "string", pattern: `^${prefix}.` };
}

/** The schema of a document that has all these parts. */
function documentOf(parts: readonly Part[]): object {
  const whole = parts.filter(({ steps }) => steps.length === 0).map(({ schema }) => schema);
  const names = [...new Set(parts.flatMap(({ steps }) => steps.slice(0, 1)))];
  const within = (name: string) =>
    parts.flatMap(({ steps: [first, ...steps], ...part }) => first === name ? [{ steps, ...part }] : []);
  if (names.length > 0) {
    const properties = Object.fromEntries(names.map((name) => [name, documentOf(within(name))]));
    const required = names.filter((name) => within(name).some(({ isOptional }) => isOptional !== true));
    // What is optional says nothing of a body that is no object.
    whole.push(required.length === 0 ? { properties } : { type: "object", properties, required });
  }
  return whole.length === 1 ? whole[0]! : whole.length === 0 ? {} : { allOf: whole };
}
