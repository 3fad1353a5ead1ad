/** What verification says: who signed, or why the signature does not count. */
import type { UnixMs } from "../../model.ts";
import type { Received } from "../received.ts";
import type { Binding } from "./scheme.ts";

/** Why a signature does not count; for the operator only. */
export type SignatureReason =
  | "missing_signature"
  | "malformed_signature"
  | "duplicate_header"
  | "missing_header"
  | "malformed_header"
  | "missing_field"
  | "malformed_body"
  | "missing_url"
  | "malformed_timestamp"
  | "timestamp_expired"
  | "timestamp_future"
  | "bad_key"
  | "key_expired"
  | "signature_mismatch"
  | "body_hash_mismatch"
  | "algorithm_not_allowed"
  | "insufficient_coverage"
  | "wrong_topic"
  | "untrusted_cert_url"
  | "key_unavailable";

/** `keyIndex` is the secret's place in the source's list; 0 for a key that was fetched, where there are no secrets. */
export type Verdict =
  | { kind: "verified"; keyIndex: number; binding: Binding; signedAt: UnixMs | undefined }
  | { kind: "unverified"; reason: SignatureReason };

/** A request as it was signed: what was received, and the URL as the sender knows it. */
export interface SignedRequest extends Received {
  method: string;
  /** From the config, never rebuilt from `Host`; undefined where no `public_url` is set. */
  url: string | undefined;
}

/** A scheme that is code. A promise where a key has to be fetched first. */
export type VerifyCode = (request: SignedRequest, now: UnixMs) => Verdict | Promise<Verdict>;

export function unverified(reason: SignatureReason): Verdict {
  return { kind: "unverified", reason };
}
