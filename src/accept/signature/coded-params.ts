/** What a source says in `verify.params` to a scheme that is code, held against what the preset knows. */
import type { CodedPreset } from "../../presets/preset.ts";

export interface CodedParams {
  /** With what holds where the source does not say. */
  params: Readonly<Record<string, string>>;
  /** Each with the name that it is about; none quotes a value. */
  faults: { name: string; message: string }[];
  /** Whether keys are fetched, so that no secret is needed. */
  fetchesKeys: boolean;
}

/** `params` as hookd.yaml writes them. */
export function codedParams(
  { params: rules = {} }: CodedPreset,
  params: Readonly<Record<string, string>>,
): CodedParams {
  const faults: CodedParams["faults"] = [];
  for (const name of Object.keys(params)) {
    if (Object.hasOwn(rules, name)) continue;
    const known = Object.keys(rules).join(", ");
    faults.push({ name, message: known === "" ? "is unknown: this preset has no params" : `is none of ${known}` });
  }
  const filled: Record<string, string> = { ...params };
  for (const [name, { about, isRequired, oneOf, otherwise }] of Object.entries(rules)) {
    const value = Object.hasOwn(params, name) ? params[name] : undefined;
    if (value === undefined && isRequired) faults.push({ name, message: `is missing: ${about}` });
    if (value === undefined && otherwise !== undefined) filled[name] = otherwise;
    if (value !== undefined && oneOf?.includes(value) === false) {
      faults.push({ name, message: `is none of ${oneOf.join(", ")}: ${about}` });
    }
  }
  return { params: filled, faults, fetchesKeys: filled["fetch_certificate"] === "true" };
}
