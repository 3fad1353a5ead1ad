/** How a preset's senders sign, as a security scheme of the OpenAPI document. */
import type { Algorithm, Preset } from "../presets/preset.ts";

const ALGORITHM: Readonly<Record<Algorithm, string>> = {
  "hmac-sha256": "HMAC-SHA256",
  "hmac-sha1": "HMAC-SHA1",
  sha256: "SHA-256 with the secret before it",
  ed25519: "Ed25519 signature",
  "ecdsa-p256": "ECDSA P-256 signature",
  "ecdsa-p256-raw": "ECDSA P-256 signature",
  "rsa-sha256": "RSA signature",
  "rsa-pss-sha512": "RSA-PSS signature",
  token: "secret itself",
};

/** Where the coded ones carry it; their documents say the rest. */
const CODED = {
  plaid: { name: "Plaid-Verification", description: "a JWT over the body's hash" },
  "http-message": { name: "Signature", description: "HTTP Message Signatures (RFC 9421) that cover `content-digest`" },
  "aws-sns": { name: "x-amz-sns-message-type", description: "the `Signature` in the body, as Amazon SNS makes it" },
} as const;

/** Under which the document keeps it. */
export function signatureName(preset: string): string {
  return `signature_${preset}`;
}

/** https://spec.openapis.org/oas/v3.1.1#security-scheme-object: `apiKey` is what it has for a header of one's own. */
export function signatureScheme(name: string, preset: Preset): object {
  if ("code" in preset) {
    const { name: header, description } = CODED[preset.code];
    return { type: "apiKey", in: "header", name: header, description: `Preset \`${name}\`: ${description}.` };
  }
  const { in: places, items, pair, take, encoding } = preset.signature;
  const forms = Object.entries(take).map(([label, algorithm]) =>
    `\`${pair === undefined ? "" : label + pair}<${encoding}>\`, the ${ALGORITHM[algorithm]}`
  );
  const several = items === undefined ? "" : " A list of them is tried one by one.";
  const [place = ""] = places;
  const isHeader = place.startsWith("header:");
  return {
    type: "apiKey",
    in: "header",
    // OpenAPI has no place in the body for it.
    name: isHeader ? headerCase(place.slice("header:".length)) : "Content-Type",
    description: `Preset \`${name}\`: ${isHeader ? "" : `\`${place}\` is `}${forms.join(", or ")}${
      signedText(preset.content)
    }.${several}`,
  };
}

function signedText(content: string): string {
  if (content === "") return "";
  return content === "{body}" ? " of the raw body" : ` of \`${content}\``;
}

/** `x-event-type` as it is usually written. */
export function headerCase(name: string): string {
  return name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase());
}
