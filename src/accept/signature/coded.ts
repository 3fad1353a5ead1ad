/** Schemes that no data describes, by the name in their preset. */
import type { CodedPreset } from "../../presets/preset.ts";
import { createHttpMessageVerifier } from "./http-message.ts";
import { createJwtVerifier, type JwtRules } from "./jwt.ts";
import type { Binding, SchemeKey } from "./scheme.ts";
import { createSnsVerifier } from "./sns.ts";
import type { VerifyCode } from "./verdict.ts";

export interface CodedNeeds {
  keys: readonly SchemeKey[];
  toleranceMs: number;
  params: Readonly<Record<string, string>>;
  /** Reads what is at a URL that was checked before; undefined: only keys from `secrets` count. */
  fetchText?: FetchText | undefined;
}

/** Undefined for whatever is not there at once; follows no redirect. */
export type FetchText = (url: string) => Promise<string | undefined>;

export interface CodedVerifier {
  verify: VerifyCode;
  /** Of the least that verifies. */
  binding: Binding;
  /** References to what every signature covers, besides a body that is bound. */
  signs: readonly string[];
}

/** Senders that sign a JSON Web Token about the body: what they call its parts. A new one is a new row. */
const JWT_SENDERS = {
  // plaid.com/docs/api/webhooks/webhook-verification.
  plaid: { header: "plaid-verification", alg: "ES256", bodyHash: "request_body_sha256", time: "iat" },
} as const satisfies Record<string, JwtRules>;

export function codedVerifier(code: CodedPreset["code"], needs: CodedNeeds): CodedVerifier {
  switch (code) {
    case "plaid":
      return createJwtVerifier(JWT_SENDERS[code], needs);
    case "http-message":
      return createHttpMessageVerifier(needs);
    case "aws-sns":
      return createSnsVerifier(needs);
  }
}
