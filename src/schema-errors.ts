/** All that a schema has against a value; TypeBox alone stops at 8 errors. */
import type { TLocalizedValidationError } from "typebox/error";
import { Settings } from "typebox/system";

/** A compiled schema, or whatever else asks TypeBox for errors. */
export interface ErrorFinder {
  Errors(value: unknown): TLocalizedValidationError[];
}

/** Up to `max` errors. TypeBox's own limit belongs to the whole process: it is put back before anybody else can run. */
export function schemaErrors(validator: ErrorFinder, value: unknown, max: number): TLocalizedValidationError[] {
  const { maxErrors } = Settings.Get();
  Settings.Set({ maxErrors: max });
  try {
    return validator.Errors(value);
  } finally {
    Settings.Set({ maxErrors });
  }
}
