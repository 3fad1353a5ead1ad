/**
 * Why a captured request verifies or does not, as an expert would tell: the engine's own verdict, then what it was
 * about, then which slip would make the signature right. Safe to paste: no finding holds a secret or a signature.
 */
import type { CapturedRequest } from "../../../captured-request.ts";
import type { Binding } from "../scheme.ts";
import type { SignatureReason, Verdict } from "../verdict.ts";
import { verify } from "../verify.ts";
import { type Case, caseOf, type DeclaredCase, type Finding, isRight, narrowed } from "./case.ts";
import { bodyVariations } from "./bodies.ts";
import { findCause } from "./cause.ts";
import { methodVariations } from "./contents.ts";
import { explainKeys, retyped } from "./keys.ts";
import { explainHeaders, explainPresets } from "./presets.ts";
import { explainSigned } from "./signed.ts";
import { explainTime } from "./time.ts";
import { urlVariations } from "./urls.ts";
import { explainWhy } from "./why.ts";

export interface Judged {
  verdict: Verdict;
  binding: Binding;
}

export interface Explanation extends Judged {
  /** What matters most first. */
  findings: readonly Finding[];
}

/** The verdict that the daemon would come to, and nothing else. */
export async function judge(captured: CapturedRequest): Promise<Judged> {
  const { scheme, request, now } = caseOf(captured);
  return { verdict: await verify(scheme, request, now), binding: scheme.binding };
}

/** The same verdict with its reasons. Hashes the body up to some thousand times. */
export async function explain(captured: CapturedRequest): Promise<Explanation> {
  const of = caseOf(captured);
  const { scheme, request, now } = of;
  const verdict = await verify(scheme, request, now);
  const findings = verdict.kind === "verified" ? await verified(of, verdict) : await unverified(of, verdict);
  return { verdict, binding: scheme.binding, findings };
}

async function verified(of: Case, { keyIndex, binding }: Extract<Verdict, { kind: "verified" }>): Promise<Finding[]> {
  const narrow = await narrowed(of);
  const others = of.secrets.length > 1 ? ` (of ${of.secrets.length}, counted from 0)` : "";
  const old = keyIndex > 0 ? ": not the first of the list, so that the sender may still use an old one" : "";
  return [
    { kind: "key", text: `Secret ${keyIndex}${others} made the signature${old}.` },
    ...(narrow === undefined ? [] : [...explainTime(narrow, { isRight: true }), ...explainSigned(narrow)]),
    ...BINDING[binding],
    ...explainKeys(of),
  ];
}

const BINDING: Readonly<Record<Binding, Finding[]>> = {
  body: [],
  fields: [{ kind: "hint", text: "Only some fields are signed: what else the body says, anybody may have written." }],
  none: [{ kind: "hint", text: "Nothing is signed: whoever has seen the token once can send whatever he likes." }],
};

async function unverified(of: Case, { reason }: Extract<Verdict, { kind: "unverified" }>): Promise<Finding[]> {
  const narrow = await narrowed(of);
  const isRightNow = await isRight(of);
  return [
    ...explainWhy(of, { reason, narrow }),
    ...(reason === "key_expired" ? await expiredKey(of) : []),
    ...(isRightNow ? [RIGHT] : await causes(of, { reason, narrow })),
    ...(narrow === undefined ? [] : [...explainTime(narrow, { isRight: isRightNow }), ...explainSigned(narrow)]),
    ...explainKeys(of),
  ];
}

async function expiredKey(of: Case): Promise<Finding[]> {
  const { verdict } = await judge({ ...of, notAfter: [] });
  if (verdict.kind === "unverified") return [];
  const until = new Date(of.notAfter?.[verdict.keyIndex] ?? of.now).toISOString();
  return [{ kind: "key", text: `Secret ${verdict.keyIndex} made the signature, and counted until ${until}.` }];
}

const RIGHT: Finding = { kind: "cause", text: "The signature itself is right." };

async function causes(
  of: Case,
  { reason, narrow }: { reason: SignatureReason; narrow: DeclaredCase | undefined },
): Promise<Finding[]> {
  const presets = await explainPresets(of);
  if (presets.length > 0) return presets;
  const isTried = narrow === undefined || reason === "body_hash_mismatch";
  const cause = isTried ? await causeByTrial(of) : findCause(narrow, reason);
  if (cause !== undefined) return [cause];
  if (reason === "missing_signature") return explainHeaders(of);
  if (reason !== "signature_mismatch" && !reason.startsWith("timestamp_")) return [];
  return [of.scheme.binding === "none" ? OTHER_TOKEN : UNTOLD];
}

const OTHER_TOKEN: Finding = { kind: "cause", text: "The token is another one than any of the secrets." };

const UNTOLD: Finding = {
  kind: "cause",
  text: "Another secret, or something that is signed was altered: a signature does not tell which. None of the usual" +
    " slips (line ends, JSON written anew, encodings, URL, time, how the secret is read) explains it. Compare the" +
    " secret with the sender's page first, then the fingerprint of the signed bytes with one made at the sender.",
};

/** For schemes that are code, and where a hash of the body is signed: what has to be other so that it verifies. */
async function causeByTrial(of: Case): Promise<Finding | undefined> {
  const secrets = of.secrets.flatMap((secret, index) =>
    retyped(secret).map(({ text, clause }) => ({ secrets: of.secrets.with(index, text), clause }))
  );
  const tries = [
    ...bodyVariations(of.body).map(({ value: body, ...words }) => ({ body, ...words })),
    ...secrets,
    ...urlVariations(of.request, of.target).map(({ value: url, ...words }) => ({ url, ...words })),
    ...methodVariations(of.method).map(({ value: method, clause }) => ({ method, clause })),
  ];
  for (
    const { clause, advice, ...changed } of tries as (Partial<CapturedRequest> & { clause: string; advice?: string })[]
  ) {
    if (!await isRight({ ...of, ...changed })) continue;
    return { kind: "cause", text: `It would verify if ${clause}.${advice === undefined ? "" : ` ${advice}`}` };
  }
  return undefined;
}
