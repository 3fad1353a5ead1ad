/**
 * Holds every answer that a test sees to the OpenAPI document, by a validator (Ajv) that hookd does not use: an answer
 * with a status, a content type, a field or a header that the document does not have fails the test.
 */
import assert from "node:assert/strict";
import type { IncomingHttpHeaders } from "node:http";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import formats from "ajv-formats";

interface Responses {
  [status: string]: {
    headers?: Record<string, { required?: boolean }>;
    content?: Record<string, unknown>;
  };
}

export interface Document {
  paths: Record<string, Record<string, { responses: Responses }>>;
  components: { responses: Responses };
}

export interface Seen {
  method: string;
  /** Of the request, with or without its query. */
  path: string;
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** By origin, such as `http://127.0.0.1:8080`: how to get the document of what listens there. */
const sources = new Map<string, () => Promise<Document>>();
const known = new Map<string, Documented>();

/** From now on answers of these origins are held to the document. */
export function documentOrigins(origins: readonly string[], read: () => Promise<Document>): void {
  for (const origin of origins) {
    sources.set(origin, read);
    known.delete(origin);
  }
}

/** Throws when an answer is not as documented. Origins that nobody told of pass. */
export async function assertDocumented(origin: string, seen: Seen): Promise<void> {
  const read = sources.get(origin);
  if (read === undefined) return;
  const before = known.get(origin);
  if (before !== undefined && before.fault(seen) === undefined) return;
  // A reload may have changed it.
  const documented = new Documented(await read());
  known.set(origin, documented);
  const fault = documented.fault(seen);
  assert.equal(fault, undefined, `${seen.method} ${seen.path} was answered ${seen.status}: ${fault}\n${seen.text}`);
}

export class Documented {
  readonly #document: Document;
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });
  readonly #compiled = new Map<string, ValidateFunction>();

  constructor(document: Document) {
    this.#document = document;
    (formats as unknown as (ajv: Ajv2020) => void)(this.#ajv);
    this.#ajv.addSchema(document, "openapi");
  }

  /** What is wrong with an answer, or undefined. */
  fault(seen: Seen): string | undefined {
    const { method, path, status } = seen;
    const template = this.#templateOf(path.split("?")[0] ?? "");
    const operation = this.#document.paths[template ?? ""]?.[method === "HEAD" ? "get" : method.toLowerCase()];
    if (operation === undefined) return this.#unroutedFault(seen);
    const response = operation.responses[status];
    if (response === undefined) return `the document has only ${Object.keys(operation.responses).join(", ")}`;
    const verb = method === "HEAD" ? "get" : method.toLowerCase();
    return this.#responseFault(seen, response, ["paths", template!, verb, "responses", String(status)]);
  }

  #unroutedFault(seen: Seen): string | undefined {
    const code = seen.text === "" ? undefined : JSON.parse(seen.text).code;
    if (seen.method === "HEAD" && [404, 405].includes(seen.status)) return undefined;
    const response = this.#document.components.responses[code];
    if (response === undefined) return `there is no operation, and "${code}" is no answer to that`;
    return this.#responseFault(seen, response, ["components", "responses", code]);
  }

  #responseFault({ method, headers, text }: Seen, response: Responses[string], at: string[]): string | undefined {
    const missing = Object.entries(response.headers ?? {}).filter(([name, { required }]) =>
      required === true && headers[name.toLowerCase()] === undefined
    );
    if (missing.length > 0) return `it lacks the header ${missing[0]![0]}`;
    const type = headers["content-type"]?.split(";")[0]?.trim() ?? "";
    if (response.content === undefined) return text === "" ? undefined : "the document has no body";
    if (!(type in response.content)) return `its content type is "${type}"`;
    if (method === "HEAD") return text === "" ? undefined : "HEAD has a body";
    if (!type.endsWith("json")) return undefined;
    const validate = this.#validator([...at, "content", type, "schema"]);
    return validate(JSON.parse(text)) ? undefined : this.#ajv.errorsText(validate.errors);
  }

  #validator(pointer: readonly string[]): ValidateFunction {
    const path = pointer.map((step) => encodeURIComponent(step.replaceAll("~", "~0").replaceAll("/", "~1"))).join("/");
    let validate = this.#compiled.get(path);
    if (validate === undefined) {
      validate = this.#ajv.compile({ $ref: `openapi#/${path}` });
      this.#compiled.set(path, validate);
    }
    return validate;
  }

  /** The path of the document that a request's path is of; one without parameters first. */
  #templateOf(path: string): string | undefined {
    if (Object.hasOwn(this.#document.paths, path)) return path;
    const given = path.split("/");
    return Object.keys(this.#document.paths).find((template) => {
      const wanted = template.split("/");
      return wanted.length === given.length &&
        wanted.every((step, index) => step === given[index] || (/^\{\w+\}$/.test(step) && given[index] !== ""));
    });
  }
}
