/**
 * How senders ask before they send, as data by preset: which request is a handshake, and what it is answered. The
 * promise: what the sender signs is answered only once that was verified, and a text that is signed for whoever asks
 * has an alphabet in which no event can be written.
 */
import assert from "node:assert/strict";
import type { Answer } from "./answer.ts";
import { parseReference, type Reference } from "./reference.ts";

export interface Handshake {
  /** As the sender calls it; for the log. */
  name: string;
  /** A POST is signed as an event is; a GET is not. */
  method: "GET" | "POST";
  /** The request is one when each reference finds this text; null: nothing. */
  when: readonly (readonly [Reference, string | null])[];
  /** What the sender wants to see again. */
  challenge?: { in: Reference; pattern: RegExp };
  /** Where the text stands that the operator gave to the sender: `verify.params` of that name. */
  proof?: { in: Reference; param: string };
  /** Answers with a MAC under the key that signs events. */
  signs?: true;
  /** A URL by which a subscription is confirmed: told to the operator, and not fetched. */
  confirmBy?: Reference;
  /** The event type of this request: where the source lists it in `types`, it is an event like others. */
  unlessListed?: string;
  answer(given: Given): Answer;
}

export interface Given {
  /** "" where the handshake has none. */
  challenge: string;
  /** HMAC-SHA256 of the challenge under the source's key. */
  mac(encoding: "hex" | "base64"): string;
}

/** An ASCII text without spaces; long enough for every sender's. */
const PLAIN = /^[\x21-\x7e]{1,512}$/;
/** Neither `:`, which Zoom's signed text has, nor what JSON needs. */
const ZOOM_TOKEN = /^[A-Za-z0-9_-]{1,64}$/;
/** A token is no JSON object; but `true` and `17` are JSON: see `couldBeChallenge`. */
const X_TOKEN = /^[A-Za-z0-9._~+/=-]{1,256}$/;

/** A source of the preset `meta` has to be given `verify_token`: without it there is no handshake. */
const HANDSHAKES: Readonly<Record<string, readonly Handshake[]>> = {
  // docs.slack.dev, "url_verification event".
  slack: [{
    name: "url_verification",
    method: "POST",
    when: [[at("json:/type"), "url_verification"]],
    challenge: { in: at("json:/challenge"), pattern: PLAIN },
    answer: echo,
  }],
  // developers.zoom.us, "Validate your webhook endpoint"; repeated every 72 hours.
  zoom: [{
    name: "endpoint.url_validation",
    method: "POST",
    when: [[at("json:/event"), "endpoint.url_validation"]],
    challenge: { in: at("json:/payload/plainToken"), pattern: ZOOM_TOKEN },
    signs: true,
    answer: ({ challenge, mac }) => ofJson({ plainToken: challenge, encryptedToken: mac("hex") }),
  }],
  // docs.x.com, "Challenge-Response Checks".
  x: [{
    name: "crc",
    method: "GET",
    when: [],
    challenge: { in: at("query:crc_token"), pattern: X_TOKEN },
    signs: true,
    answer: ({ mac }) => ofJson({ response_token: `sha256=${mac("base64")}` }),
  }],
  // developers.facebook.com, "Validating Verification Requests".
  meta: [{
    name: "hub.challenge",
    method: "GET",
    when: [[at("query:hub.mode"), "subscribe"]],
    challenge: { in: at("query:hub.challenge"), pattern: PLAIN },
    proof: { in: at("query:hub.verify_token"), param: "verify_token" },
    answer: echo,
  }],
  // dropbox.com/developers/reference/webhooks, "The verification request".
  dropbox: [{
    name: "challenge",
    method: "GET",
    when: [],
    challenge: { in: at("query:challenge"), pattern: /^[A-Za-z0-9._~=-]{1,256}$/ },
    answer: echo,
  }],
  // docs.discord.com: interactions are greeted by type 1, webhook events by type 0; an event has type 1 and `event`.
  discord: [
    {
      name: "ping",
      method: "POST",
      when: [[at("json:/type"), "1"], [at("json:/event/type"), null]],
      answer: () => ofJson({ type: 1 }),
    },
    {
      name: "ping",
      method: "POST",
      when: [[at("json:/type"), "0"]],
      answer: () => ({ kind: "answer", status: 204, contentType: "", body: "" }),
    },
  ],
  // dev.twitch.tv, "Handling webhook events".
  twitch: [{
    name: "webhook_callback_verification",
    method: "POST",
    when: [[at("header:Twitch-Eventsub-Message-Type"), "webhook_callback_verification"]],
    challenge: { in: at("json:/challenge"), pattern: PLAIN },
    answer: echo,
  }],
  // docs.aws.amazon.com, "Amazon SNS message and JSON formats". Fetching a URL out of a request is the operator's choice.
  "aws-sns": ["SubscriptionConfirmation", "UnsubscribeConfirmation"].map((type) => ({
    name: type,
    method: "POST" as const,
    when: [[at("json:/Type"), type]] as const,
    confirmBy: at("json:/SubscribeURL"),
    unlessListed: type,
    answer: () => ofJson({ status: "unconfirmed" }),
  })),
};

/** Those that a source can answer: one that compares a text needs that text in `verify.params`. */
export function handshakesOf(preset: string, params: Readonly<Record<string, string>>): readonly Handshake[] {
  const all = Object.hasOwn(HANDSHAKES, preset) ? HANDSHAKES[preset]! : [];
  return all.filter(({ proof }) => proof === undefined || (params[proof.param] ?? "") !== "");
}

/** A text that came from outside: no browser may take it for more than text. */
function echo({ challenge }: Given): Answer {
  const headers = { "X-Content-Type-Options": "nosniff" };
  return { kind: "answer", status: 200, contentType: "text/plain; charset=utf-8", body: challenge, headers };
}

function ofJson(value: object): Answer {
  return { kind: "answer", status: 200, contentType: "application/json", body: JSON.stringify(value) };
}

function at(text: string): Reference {
  const parsed = parseReference(text, ["header", "query", "json"]);
  assert(parsed.kind === "ok", `A handshake has the malformed reference "${text}"`);
  return parsed.reference;
}
