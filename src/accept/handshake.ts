/**
 * Answers the handshakes of a source's sender (`handshakes.ts`): a GET at once, a POST after its signature was
 * verified and before it could become an event. Nothing is stored and nothing is fetched.
 */
import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";
import type { UnixMs } from "../model.ts";
import type { Emit } from "../ports.ts";
import type { Answer } from "./answer.ts";
import type { Handshake } from "./handshakes.ts";
import { type Refusal, refuse, refuseSignature } from "./problem.ts";
import { type Received, textAt } from "./received.ts";
import type { Route } from "./routes.ts";
import { checkerFor } from "./signature/algorithms.ts";
import type { Scheme } from "./signature/scheme.ts";

export interface Greeting {
  route: Pick<Route, "source" | "handshakes" | "params" | "types" | "scheme">;
  received: Received;
  /** The secret that verified a POST; undefined for a GET, which is not signed. */
  keyIndex?: number;
  now: UnixMs;
  sourceIp: string | undefined;
}

/** The answer to a handshake; undefined: the request is none. */
export function shakeHands({ emit }: { emit: Emit }, greeting: Greeting): Answer | Refusal | undefined {
  const { route, received, sourceIp } = greeting;
  const handshake = route.handshakes.find((each) => isMeant(each, greeting));
  if (handshake === undefined) return undefined;
  if (handshake.proof !== undefined && !isProven(handshake.proof, greeting)) {
    return refuseSignature("verify_token_mismatch");
  }
  const challenge = challengeOf(handshake, received);
  if (challenge === undefined) return refuse("invalid_value", "The challenge is missing, or is none of this sender's");
  const key = macKey(route.scheme, greeting);
  if (handshake.signs === true && key === undefined) return refuseSignature("bad_key");

  const from = { source: route.source, ...(sourceIp !== undefined && { sourceIp }) };
  emit({ kind: "handshake", handshake: handshake.name, ...from });
  if (handshake.confirmBy !== undefined) {
    emit({ kind: "subscription-offered", host: hostOf(textOf(handshake.confirmBy, received)), ...from });
  }
  return handshake.answer({
    challenge,
    mac: (encoding) => createHmac("sha256", key!).update(challenge).digest(encoding),
  });
}

function isMeant({ method, when, unlessListed }: Handshake, { route, received, keyIndex }: Greeting): boolean {
  if (
    method !== (keyIndex === undefined ? "GET" : "POST") ||
    (unlessListed !== undefined && route.types?.includes(unlessListed) === true)
  ) return false;
  return when.every(([reference, text]) => textOf(reference, received) === text);
}

/** Null also for what cannot be read: the path says what is wrong with it. */
function textOf(reference: Parameters<typeof textAt>[0], received: Received): string | null {
  const found = textAt(reference, received);
  return found.kind === "text" ? found.text : null;
}

function isProven(proof: NonNullable<Handshake["proof"]>, { route, received }: Greeting): boolean {
  const given = textOf(proof.in, received);
  const secret = Buffer.from(route.params[proof.param] ?? "");
  return given !== null && checkerFor({ algorithm: "token", secret }, [])(Buffer.from(given));
}

function challengeOf({ challenge }: Handshake, received: Received): string | undefined {
  if (challenge === undefined) return "";
  const text = textOf(challenge.in, received);
  return text !== null && challenge.pattern.test(text) ? text : undefined;
}

function macKey({ keys }: Scheme, { keyIndex, now }: Greeting): Uint8Array | undefined {
  const key = keys.find(({ index, notAfter = Infinity }) =>
    keyIndex === undefined ? now <= notAfter : index === keyIndex
  );
  return key !== undefined && "secret" in key ? key.secret : undefined;
}

/** Only the host: the rest of the URL has a token that whoever reads the log could use. */
function hostOf(url: string | null): string {
  return url !== null && URL.canParse(url) ? new URL(url).host : "";
}

/**
 * Whether a body could be a challenge that this source signs for anybody: then its signature proves nothing, and it
 * may not become an event.
 */
export function couldBeChallenge({ handshakes }: Pick<Route, "handshakes">, body: Uint8Array): boolean {
  return handshakes.some(({ method, signs, challenge }) =>
    method === "GET" && signs === true && challenge?.pattern.test(Buffer.from(body).toString("latin1")) === true
  );
}
