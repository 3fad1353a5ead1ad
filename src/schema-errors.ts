/** All that a compiled schema has against a value; TypeBox alone stops at 8 errors. */
import type { Validator } from "typebox/compile";
import type { TLocalizedValidationError } from "typebox/error";
import { Settings } from "typebox/system";

/** Up to `max` errors. TypeBox's own limit belongs to the whole process: it is put back before anybody else can run. */
export function schemaErrors(validator: Validator, value: unknown, max: number): TLocalizedValidationError[] {
  const { maxErrors } = Settings.Get();
  Settings.Set({ maxErrors: max });
  try {
    return validator.Errors(value);
  } finally {
    Settings.Set({ maxErrors });
  }
}
