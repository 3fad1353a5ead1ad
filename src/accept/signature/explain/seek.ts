/**
 * Finds a right signature in a text, however it is spelled there: the reverse of decoding strictly. Comparing here is
 * not in constant time: who runs it has the secret.
 */
import { Buffer } from "node:buffer";
import { createHash, createHmac, verify } from "node:crypto";
import type { SignaturePlace } from "../../../presets/preset.ts";
import { checkerFor, fitsAlgorithm } from "../algorithms.ts";
import type { VerifyKey } from "../key-import.ts";

export type Encoding = SignaturePlace["encoding"];

export interface Spelling {
  encoding: Encoding;
  /** Ends "The signature would be right if ..."; undefined: all of it is there, letter for letter. */
  clause?: string;
}

export type Seek = (text: string) => Spelling | undefined;

/** Other ways to make a signature of a shared secret; the first is the key's own. */
export interface Making {
  clause: string;
  make(secret: Buffer, content: readonly Uint8Array[]): Buffer;
}

const NAMES = { "hmac-sha256": "HMAC-SHA256", "hmac-sha1": "HMAC-SHA1", sha256: "the SHA-256 of secret and content" };

const MAKINGS: Readonly<Record<string, Making["make"]>> = {
  "HMAC-SHA256": hmac("sha256"),
  "HMAC-SHA1": hmac("sha1"),
  "HMAC-SHA512": hmac("sha512"),
  "the SHA-256 of secret and content": (secret, content) =>
    content.reduce<ReturnType<typeof createHash>>(
      (hash, bytes) => hash.update(bytes),
      createHash("sha256").update(secret),
    )
      .digest(),
};

/** For an algorithm of shared secrets that signs; nothing for the others, whose keys fit no other algorithm. */
export function makingsFor(algorithm: VerifyKey["algorithm"]): Making[] {
  if (algorithm !== "hmac-sha256" && algorithm !== "hmac-sha1" && algorithm !== "sha256") return [];
  const own = NAMES[algorithm];
  const others = Object.keys(MAKINGS).filter((name) => name !== own);
  return [own, ...others].map((name) => ({
    clause: name === own ? "" : `hookd expected ${name} (this preset has ${own})`,
    make: MAKINGS[name]!,
  }));
}

function hmac(hash: string): Making["make"] {
  return (secret, content) =>
    content.reduce<ReturnType<typeof createHmac>>((mac, bytes) => mac.update(bytes), createHmac(hash, secret)).digest();
}

/** Of a signature that can be made: looks for its texts. */
export function seekBytes(signature: Buffer): Seek {
  const texts: [Encoding, string][] = [
    ["hex", signature.toString("hex")],
    ["base64", signature.toString("base64")],
    ["base64url", signature.toString("base64url")],
  ];
  return (text) => {
    for (const [encoding, whole] of texts) {
      const clause = spelled(text, encoding === "base64" ? [whole, whole.replace(/=+$/, "")] : [whole]);
      if (clause !== undefined) return clause === "" ? { encoding } : { encoding, clause };
    }
    const isLenient = runs(text).some((run) => Buffer.from(run, "base64").equals(signature));
    return isLenient
      ? { encoding: "base64", clause: "its Base64 were strict: only a lenient decoder takes it" }
      : undefined;
  };
}

/** Shorter than this, a beginning proves nothing. */
const BEGINNING_MIN = 8;

/** "" where it stands there as it is. */
function spelled(text: string, [whole = "", unpadded]: string[]): string | undefined {
  if (text.includes(whole)) return "";
  if (unpadded !== undefined && text.includes(unpadded)) return "it had its padding (=)";
  if (text.toLowerCase().includes(whole.toLowerCase())) {
    return whole === whole.toLowerCase() ? "" : "its letters had kept their case";
  }
  if (text.replaceAll(" ", "+").includes(whole)) return "each + of it had not become a space";
  if (/%[0-9a-f]{2}/i.test(text) && unescaped(text).includes(whole)) return "it were not percent-encoded";
  const [longest = ""] = runs(text).sort((a, b) => b.length - a.length);
  if (longest.length < BEGINNING_MIN) return undefined;
  if (whole.startsWith(longest)) {
    return `it were whole: only ${longest.length} of its ${whole.length} characters are there`;
  }
  if (whole.endsWith(longest)) {
    return `it were whole: its first ${whole.length - longest.length} characters are missing`;
  }
  return undefined;
}

/** What is neither separator nor label. */
function runs(text: string): string[] {
  return text.split(/[\s,;"':]+/).map((run) => run.replace(/^[A-Za-z0-9]{1,8}=(?=.)/, ""));
}

/** Of a signature that only its owner can make: takes whatever decodes to one and asks. */
export function seekVerified(key: VerifyKey, content: readonly Uint8Array[]): Seek {
  const isRight = checkerFor(key, content);
  return (text) => {
    for (const run of runs(text)) {
      for (const encoding of ["hex", "base64", "base64url"] as const) {
        const bytes = Buffer.from(run, encoding);
        if (bytes.length < 32) continue;
        if (fitsAlgorithm(bytes, key.algorithm) && isRight(bytes)) return { encoding };
        if (isRightRaw(key, content, bytes)) return { encoding, clause: "it were in DER, not r and s side by side" };
      }
    }
    return undefined;
  };
}

function isRightRaw(key: VerifyKey, content: readonly Uint8Array[], signature: Buffer): boolean {
  if (key.algorithm !== "ecdsa-p256" || signature.length !== 64) return false;
  return verify("sha256", Buffer.concat(content), { key: key.publicKey, dsaEncoding: "ieee-p1363" }, signature);
}

/** Of a token: all of the text, but for what HTTP puts before one. */
export function seekToken(secret: Buffer): Seek {
  const token = secret.toString("latin1");
  return (text) => {
    if (text === token) return { encoding: "text" };
    if (text.trim() === token) return { encoding: "text", clause: "it had no white space around it" };
    const bare = text.replace(/^(Bearer|Token|Basic) +/i, "");
    return bare === token ? { encoding: "text", clause: "it had no word such as Bearer before it" } : undefined;
  };
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
