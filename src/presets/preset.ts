/**
 * What hookd knows of a sender, as data: how it signs, where it names and numbers its events, how patient it is. A
 * new sender is a new row. What a row says is fixed by the sender; what an operator may choose stands in hookd.yaml.
 */

/**
 * `sha256`: the plain hash of the secret and the content (HubSpot v1 and v2). `token`: the secret itself is sent.
 * `ecdsa-p256` is over SHA-256, in DER, and `ecdsa-p256-raw` the same as 64 bytes (r and s); `rsa-sha256` is PKCS #1
 * v1.5, `rsa-pss-sha512` takes a salt of any length.
 */
export type Algorithm = (typeof ALGORITHMS)[number];

export const ALGORITHMS = [
  "hmac-sha256",
  "hmac-sha1",
  "sha256",
  "ed25519",
  "ecdsa-p256",
  "ecdsa-p256-raw",
  "rsa-sha256",
  "rsa-pss-sha512",
  "token",
] as const;

/**
 * How the text of a secret becomes a key; the rules are in `accept/signature/key-import.ts`. `whsec` and `whpk` are
 * those of Standard Webhooks; `ed25519-hex` the 32 bytes of a public key; `spki` its DER in Base64; `pem` its PEM;
 * `public` a public key as PEM, JWK or certificate, for the algorithm that its type fits.
 */
export type KeyForm = (typeof KEY_FORMS)[number];

export const KEY_FORMS = [
  "utf8",
  "hex",
  "base64",
  "whsec",
  "whpk",
  "ed25519-hex",
  "spki",
  "pem",
  "public",
] as const;

export interface SignaturePlace {
  /** References, in their order: `header:NAME` or `json:/pointer`. Those that are absent are passed over. */
  in: readonly string[];
  /** What stands between the signatures, where the value is a list. */
  items?: string;
  /** What stands between an item's label and its value; absent: the item is the value, its label is "". */
  pair?: string;
  /** Labels that carry a signature. The label picks the algorithm, the key must be of that algorithm. */
  take: Readonly<Record<string, Algorithm>>;
  /** `text`: as it is, for tokens. */
  encoding: "hex" | "base64" | "base64url" | "text";
}

/** What is known of any sender, however it signs. */
export interface SenderFacts {
  /** Its own name, for people. */
  sender?: string;
  /** What to set, in one line; what stands in backquotes is of hookd.yaml. */
  setup?: string;
  /** What it asks before or between events, and what hookd answers, in one line. */
  handshake?: string;
  /** Default references of a source. Of several keys all that are present must agree; none: the body's hash. */
  type: string;
  keys: readonly string[];
  /** What a known key with another body means. */
  changedBody: "reject" | "duplicate";
  /** How long the sender waits for an answer. */
  ackDeadlineMs: number;
  /** How long after the first try the sender may still repeat an event by itself. */
  retryHorizonMs: number;
  /** SHA-1, a bare token, or a signature that does not bind the body: only with `allow_weak: true`. */
  weak?: string;
  /** Header in which the sender counts its tries, in lower case. */
  retryHeader?: string;
  /** What `retryHeader` says on the first try; default 0. */
  retriesFrom?: number;
  /**
   * `json:` or `json:/pointer`: the list of events that one body carries. `type` and `keys` are then those of an element.
   */
  events?: string;
}

export interface DeclaredPreset extends SenderFacts {
  signature: SignaturePlace;
  /** Key forms by algorithm; a source's secret is of the first one that claims it. */
  key: Readonly<Partial<Record<Algorithm, KeyForm>>>;
  /**
   * The signed bytes: text around `{header:N}`, `{kv:N}` (a field of the signature's value), `{json:/p}`, `{method}`,
   * `{url}`, `{body}`, `{form-sorted}`, `{sha256hex}` and `{crc32}` (of the body), `{param:N}` (of the source's config).
   */
  content: string;
  /** References of `content` that may be absent: they count as empty text. */
  optional?: readonly string[];
  /** Spellings of the URL that are tried besides the configured one. */
  urls?: "default-port" | "hubspot";
  /** What must equal the body's SHA-256 in hex, where the content binds the body by its hash. */
  bodyHash?: string;
  /** A JSON pointer with `*`: each value there is signed by itself, and all of them must be right. */
  each?: string;
  /** The signed time. */
  time?: { in: string; unit: "s" | "ms" | "iso" };
  /** How far the signed time may be off, both ways, where the source does not say; default 5 minutes. */
  toleranceMs?: number;
}

/** Schemes that no data describes; `accept/signature/` has the code of that name. */
export interface CodedPreset extends SenderFacts {
  code: "plaid" | "http-message" | "aws-sns";
  key: Readonly<Partial<Record<Algorithm, KeyForm>>>;
  toleranceMs?: number;
  /** What a source may say in `verify.params`, by name. */
  params?: Readonly<Record<string, ParamRule>>;
}

export interface ParamRule {
  /** What it says, for messages. */
  about: string;
  isRequired?: true;
  /** Undefined: any text. */
  oneOf?: readonly string[];
  /** Where a source of hookd.yaml does not say. */
  otherwise?: string;
}

export type Preset = DeclaredPreset | CodedPreset;

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
