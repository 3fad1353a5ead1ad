/** A captured request for the explainer; by default one of preset `hookd` that verifies. */
import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";
import { caseOf, type DeclaredCase, narrowed } from "../../../../src/accept/signature/explain/case.ts";
import type { CapturedRequest } from "../../../../src/captured-request.ts";
import { presetOf } from "../../../../src/presets/registry.ts";

/** Of no other use, so that it can be looked for in what is printed. */
export const SECRET = "canary-secret-of-this-test-only";
export const BODY = '{"event_type":"user.created","data":{"id":7}}';
export const NOW = 1_700_000_000;

export interface Asked extends Partial<Omit<CapturedRequest, "preset" | "body" | "now" | "headers">> {
  preset?: string;
  body?: string | Uint8Array;
  headers?: Record<string, string | string[]>;
  /** Unix seconds. */
  now?: number;
}

export function aCapture({ preset = "hookd", body = BODY, headers, now = NOW, ...rest }: Asked = {}): CapturedRequest {
  const { url } = rest;
  return {
    preset: presetOf(preset)!,
    secrets: [SECRET],
    method: "POST",
    url: undefined,
    query: url?.includes("?") ? url.slice(url.indexOf("?") + 1) : "",
    target: undefined,
    headers: flat(headers ?? { "X-Webhook-Signature": `sha256=${hmac(SECRET, BODY)}` }),
    body: typeof body === "string" ? Buffer.from(body) : body,
    now: now * 1000,
    toleranceMs: undefined,
    params: {},
    ...rest,
  };
}

/** The same, narrowed as the parts of the explainer get it. */
export async function aCase(asked: Asked = {}): Promise<DeclaredCase> {
  return (await narrowed(caseOf(aCapture(asked))))!;
}

export function hmac(
  key: string | Uint8Array,
  content: string | Uint8Array,
  { hash = "sha256", encoding = "hex" }: { hash?: string; encoding?: "hex" | "base64" | "base64url" } = {},
): string {
  return createHmac(hash, key).update(content).digest(encoding);
}

/** A request of Stripe's kind. */
export function stripe(
  body: string,
  { at = NOW, key = SECRET, signed = body }: { at?: number; key?: string; signed?: string } = {},
) {
  return { preset: "stripe", body, headers: { "Stripe-Signature": `t=${at},v1=${hmac(key, `${at}.${signed}`)}` } };
}

function flat(headers: Record<string, string | string[]>): string[] {
  return Object.entries(headers).flatMap(([name, values]) => [values].flat().flatMap((value) => [name, value]));
}
