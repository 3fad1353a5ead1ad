/**
 * A captured request beside all that is known of how it should have been signed: what every part of the explainer
 * looks at. Nothing here or in its neighbours runs in the daemon; an operator runs it, who has the secret.
 */
import type { CapturedRequest } from "../../../captured-request.ts";
import { codedParams } from "../coded-params.ts";
import type { ImportedKey } from "../key-import.ts";
import { compileScheme, type DeclaredScheme, type Scheme } from "../scheme.ts";
import { parsedBody, type Signed } from "../signed-content.ts";
import type { SignedRequest } from "../verdict.ts";
import { elementsAt, signatureItems, verify } from "../verify.ts";

export interface Case extends CapturedRequest {
  scheme: Scheme;
  /** What came of each secret, in order. */
  imports: readonly ImportedKey[];
  request: SignedRequest;
}

/** A case of a scheme that is data, narrowed to one signed thing. */
export interface DeclaredCase extends Case {
  scheme: DeclaredScheme;
  /** Which element of the list it is, from 0; undefined where the request is signed as a whole. */
  element: number | undefined;
}

/** One thing worth knowing; never holds a secret, a signature or a part of either. */
export interface Finding {
  /**
   * `why`: what the reason means here. `cause`: what would make the signature right. `preset`: another one fits.
   * `key`, `time`, `signed`: the key that matched or is none, how old, which bytes. `hint`: what to look at.
   */
  kind: "why" | "cause" | "preset" | "key" | "time" | "signed" | "hint";
  text: string;
}

/** Nests no deeper than the default of `limits.depth`. */
const DEPTH_MAX = 64;

export function caseOf(captured: CapturedRequest): Case {
  const { preset, method, url, query, headers, body } = captured;
  const { isOfSource = false } = captured;
  const params = isOfSource && "code" in preset ? codedParams(preset, captured.params).params : captured.params;
  // SNS itself sets no limit to the age of a message; the preset's is hookd's own, for sources.
  const isUnbounded = !isOfSource && "code" in preset && preset.code === "aws-sns";
  const toleranceMs = captured.toleranceMs ?? (isUnbounded ? Infinity : undefined);
  return {
    ...captured,
    // Nothing is fetched: that would tell the sender's host who looks at what.
    ...compileScheme(preset, { ...captured, params, toleranceMs }),
    request: { method, url, query, headers, body, depthMax: DEPTH_MAX },
  };
}

/**
 * Of a request whose elements are signed one by one: the first that does not verify, as a request of its own; undefined
 * where one of them is not there, and for schemes that are code.
 */
export async function narrowed(of: Case): Promise<DeclaredCase | undefined> {
  if (of.scheme.kind === "coded") return undefined;
  const scheme: DeclaredScheme = { ...of.scheme, each: undefined };
  if (of.scheme.each === undefined) return { ...of, scheme, element: undefined };
  const values = elementsAt(parsedBody(of.request), of.scheme.each);
  if (values.includes(undefined)) return undefined;
  const requests = values.map((value): SignedRequest => ({ ...of.request, parsed: { kind: "json", value } }));
  for (const [element, request] of requests.entries()) {
    const verdict = await verify(scheme, request, of.now);
    if (verdict.kind === "unverified") return { ...of, scheme, request, element };
  }
  return requests[0] && { ...of, scheme, request: requests[0], element: 0 };
}

/** The signed thing as the engine takes it; undefined where it has no signature that could be taken apart. */
export function signedOf({ scheme, request }: DeclaredCase): Signed | undefined {
  const one = { request, root: () => parsedBody(request) };
  const items = signatureItems(scheme, one);
  return typeof items === "string" ? undefined : { ...one, items };
}

/** Whether the signature itself is right, whenever it was made and however old its key is. */
export async function isRight(captured: CapturedRequest): Promise<boolean> {
  const { scheme, request, now } = caseOf({ ...captured, notAfter: [], toleranceMs: Infinity });
  return (await verify(scheme, request, now)).kind === "verified";
}
