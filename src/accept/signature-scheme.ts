/** How a preset's senders sign, as a security scheme of the OpenAPI document. */
import { type Algorithm, presetOf } from "./presets.ts";

const ALGORITHM: Readonly<Record<Algorithm, string>> = { "hmac-sha256": "HMAC-SHA256", ed25519: "Ed25519 signature" };

/** Under which the document keeps it. */
export function signatureName(preset: string): string {
  return `signature_${preset}`;
}

/** https://spec.openapis.org/oas/v3.1.1#security-scheme-object: `apiKey` is what it has for a header of one's own. */
export function signatureScheme(name: string): object {
  const preset = presetOf(name);
  if (preset === undefined) return {};
  const { header, items, pair, take, encoding } = preset.signature;
  const forms = Object.entries(take).map(([label, algorithm]) =>
    `\`${pair === undefined ? "" : label + pair}<${encoding}>\`, the ${ALGORITHM[algorithm]}`
  );
  const several = items === undefined ? "" : " A list of them is tried one by one.";
  const signed = preset.content === "body" ? "the raw body" : `\`${preset.content}\``;
  return {
    type: "apiKey",
    in: "header",
    name: headerCase(header),
    description: `Preset \`${name}\`: ${forms.join(", or ")} of ${signed}.${several}`,
  };
}

/** `x-event-type` as it is usually written. */
export function headerCase(name: string): string {
  return name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase());
}
