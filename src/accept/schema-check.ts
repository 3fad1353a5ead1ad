/**
 * JSON Schema over TypeBox: compiled once for each schema, and all violations at once, one clear message
 * for each place. A message says what was expected and never quotes what was sent.
 */
import { Compile, type Validator } from "typebox/compile";
import type { TLocalizedValidationError } from "typebox/error";
import { Errors, Meta } from "typebox/schema";
import { pointerStep } from "../json-pointer.ts";
import type { Violation } from "../problem-body.ts";
import { schemaErrors } from "../schema-errors.ts";

/** As many places are named in one answer. */
export const VIOLATIONS_MAX = 50;
/** TypeBox reports several errors for one place; it stops at 8 unless told otherwise. */
const ERRORS_MAX = 400;

const compiled = new WeakMap<object, Validator>();

/** What a schema may be. Not compiled: that took 36 ms of a start, and the checks of three sources take 11. */
const meta = { Errors: (schema: unknown) => Errors(Meta["https://json-schema.org/draft/2020-12/schema"], schema)[1] };

/** Violations of a value, none when it fits. `schema` must have passed `schemaFault`; it is compiled at first use. */
export function violationsOf(schema: unknown, value: unknown): Violation[] {
  if (typeof schema !== "object" || schema === null) {
    return schema === false ? [{ path: "", message: "is not allowed" }] : [];
  }
  let validator = compiled.get(schema);
  if (validator === undefined) compiled.set(schema, validator = Compile(schema));
  return validator.Check(value) ? [] : readable(schemaErrors(validator, value, ERRORS_MAX));
}

/** Why a value is no JSON Schema of draft 2020-12, or undefined. */
export function schemaFault(schema: unknown): string | undefined {
  if (typeof schema === "boolean") return undefined;
  if (typeof schema !== "object" || schema === null || Array.isArray(schema)) {
    return "is neither an object nor a boolean";
  }
  const wrong = readable(schemaErrors(meta, schema, ERRORS_MAX));
  if (wrong.length > 0) return wrong.map(({ path, message }) => `${path} ${message}`.trim()).join("; ");
  try {
    compiled.set(schema, Compile(schema));
    return undefined;
  } catch (error) {
    // What the meta schema lets pass and TypeBox cannot compile; the words are about the operator's own text.
    return error instanceof Error ? error.message : "does not compile";
  }
}

/** First message for each place, without those that only repeat how a union or its parent failed. */
function readable(errors: readonly TLocalizedValidationError[]): Violation[] {
  const unions = errors.filter(({ keyword }) => keyword === "anyOf" || keyword === "oneOf");
  const messages = new Map<string, string>();
  for (const error of errors) {
    if (unions.some((union) => isBranchOf(union, error))) continue;
    for (const { path, message } of violations(error, errors)) {
      if (!messages.has(path) && messages.size < VIOLATIONS_MAX) messages.set(path, message);
    }
  }
  return [...messages].map(([path, message]) => ({ path, message }));
}

function isBranchOf(union: TLocalizedValidationError, error: TLocalizedValidationError): boolean {
  return error.schemaPath.startsWith(`${union.schemaPath}/${union.keyword}/`);
}

function violations(error: TLocalizedValidationError, all: readonly TLocalizedValidationError[]): Violation[] {
  const { instancePath: path } = error;
  switch (error.keyword) {
    case "required":
      return error.params.requiredProperties.map((name) => ({
        path: `${path}/${pointerStep(name)}`,
        message: "is required",
      }));
    case "boolean":
      return [{ path, message: "is not allowed" }];
    case "additionalProperties":
    case "unevaluatedProperties":
      // Each property has an error of its own; this one repeats them for their parent.
      return all.some((other) => other !== error && other.schemaPath.startsWith(`${error.schemaPath}/${error.keyword}`))
        ? []
        : [{ path, message: error.message }];
    case "enum":
      return [{ path, message: oneOf(error.params.allowedValues) }];
    case "const":
      return [{ path, message: oneOf([error.params.allowedValue]) }];
    case "anyOf":
    case "oneOf":
      return [{ path, message: unionMessage(error, all) }];
    default:
      return [{ path, message: error.message }];
  }
}

/** A union of constants reads as a list; of types, as a choice; what is more than that has no short form. */
function unionMessage(union: TLocalizedValidationError, all: readonly TLocalizedValidationError[]): string {
  const branches = all.filter((error) => isBranchOf(union, error));
  const here = branches.filter(({ instancePath }) => instancePath === union.instancePath);
  if (here.length === 0 || here.length < branches.length) return "must match one of the allowed forms";
  const constants = here.flatMap((error) => (error.keyword === "const" ? [error.params.allowedValue] : []));
  if (constants.length === here.length) return oneOf(constants);
  return [...new Set(here.map(({ message }) => message))].join(" or ");
}

function oneOf(values: readonly unknown[]): string {
  const texts = values.map((value) => JSON.stringify(value));
  return texts.length === 1 ? `must be ${texts[0]}` : `must be one of ${texts.join(", ")}`;
}
