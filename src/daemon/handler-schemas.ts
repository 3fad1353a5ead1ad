/**
 * The handlers' schemas as they stand in the OpenAPI document: each once, under a name of its own, in the words of
 * JSON Schema 2020-12, and with its inner references its own.
 */
import { type Schema, selfContained } from "../operation.ts";
import type { HandlerEntry, HandlerTable } from "../ports.ts";

export interface HandlerSchemas {
  schemas: Record<string, Schema>;
  /** A reference to the schema of a handler's data; undefined for one that takes any. */
  schemaOf(handler: HandlerEntry): object | undefined;
}

export function handlerSchemas({ entries }: Pick<HandlerTable, "entries">): HandlerSchemas {
  const schemas: Record<string, Schema> = {};
  const names = new Map<HandlerEntry, string>();
  for (const entry of entries) {
    if (entry.schema === undefined) continue;
    const plain = entry.fileName.replace(/\.[cm]?[jt]s$/, "").replace(/[^\w.-]+/g, ".");
    const name = Object.hasOwn(schemas, plain) || plain === "Problem" ? `${plain}.${entry.file}` : plain;
    names.set(entry, name);
    schemas[name] = selfContained(modern(entry.schema) as Schema, `urn:hookd:handler:${name}`);
  }
  const schemaOf = (handler: HandlerEntry) => {
    const name = names.get(handler);
    return name === undefined ? undefined : { $ref: `#/components/schemas/${name}` };
  };
  return { schemas, schemaOf };
}

/** Keywords whose values are data, not schemas. */
const DATA_KEYWORDS = new Set(["const", "enum", "default", "examples"]);

/** TypeBox writes tuples as draft 7 does: `items` as a list, which is `prefixItems` since 2020-12. */
function modern(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(modern);
  if (typeof schema !== "object" || schema === null) return schema;
  const entries = Object.entries(schema).map(([key, value]) => [key, DATA_KEYWORDS.has(key) ? value : modern(value)]);
  const { items, additionalItems, ...rest } = Object.fromEntries(entries);
  if (!Array.isArray(items)) return Object.fromEntries(entries);
  return { ...rest, prefixItems: items, ...(additionalItems !== undefined && { items: additionalItems }) };
}
