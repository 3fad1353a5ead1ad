/**
 * What of a TypeBox schema would be lost on the way to the receiver, which checks plain JSON Schema: parts that
 * are code, and types that JSON does not have. Losing them silently would accept what the author meant to refuse.
 */
const JSON_TYPES = new Set(["null", "boolean", "object", "array", "number", "integer", "string"]);
/** Keywords whose values are data, not schemas. */
const DATA_KEYWORDS = new Set(["const", "enum", "default", "examples"]);

/** The first fault, as the end of a sentence that begins with "schema"; undefined if there is none. */
export function faultOfSchema(schema: unknown, at = ""): string | undefined {
  if (typeof schema !== "object" || schema === null) {
    return at === "" && typeof schema !== "boolean" ? "is not an object" : undefined;
  }
  if (Object.hasOwn(schema, "~refine")) {
    return `uses Refine${place(at)}, which JSON Schema cannot carry: check it in run`;
  }
  if (Object.hasOwn(schema, "~codec")) return `uses Codec${place(at)}, which JSON Schema cannot carry: convert in run`;
  for (const [name, value] of Object.entries(schema)) {
    const fault = faultOfKeyword(name, value, `${at}/${name}`);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function faultOfKeyword(name: string, value: unknown, at: string): string | undefined {
  if (typeof value === "function" || typeof value === "bigint" || typeof value === "symbol") {
    return `holds a ${typeof value}${place(at)}, which is not JSON`;
  }
  if (DATA_KEYWORDS.has(name)) return undefined;
  const types = name === "type" ? [value].flat().filter((type) => typeof type === "string") : [];
  const unknown = types.find((type) => !JSON_TYPES.has(type));
  if (unknown !== undefined) return `has the type "${unknown}"${place(at)}, which JSON does not have`;
  return faultOfSchema(value, at);
}

function place(at: string): string {
  return at === "" ? "" : ` at ${at}`;
}
