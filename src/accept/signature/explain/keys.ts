/**
 * What a secret may be a key as: it is copied by hand from a page into a variable, a file or a command line, and
 * senders do not agree on whether its text is the key or stands for it.
 */
import { Buffer } from "node:buffer";
import type { Algorithm, KeyForm } from "../../../presets/preset.ts";
import { importKey, isShared, type SharedAlgorithm, type VerifyKey } from "../key-import.ts";
import { looksPublic } from "../public-key.ts";
import { KEYS_MAX } from "../scheme.ts";
import type { Case, Finding } from "./case.ts";

export interface KeyTry {
  /** The secret's place in the list, from 0. */
  index: number;
  key: VerifyKey;
  /** Ends "The signature would be right if ..."; "" for the key as the preset makes it. */
  clause: string;
}

/** The keys as they are first, then what else the secrets may mean; none twice. */
export function keyTries({ preset, secrets, imports }: Case): KeyTry[] {
  const asTheyAre = imports.flatMap((each, index) => each.kind === "key" ? [{ index, key: each.key, clause: "" }] : []);
  const others = Object.entries(preset.key).flatMap(([algorithm, form]) =>
    secrets.flatMap((secret, index) =>
      readings(secret, algorithm as Algorithm, form).map((each) => ({
        ...each,
        index,
        clause: [index >= KEYS_MAX ? `only the first ${KEYS_MAX} secrets did not count` : "", each.clause]
          .filter((text) => text !== "").join(" and "),
      }))
    )
  );
  const seen = new Set<string>();
  return [...asTheyAre, ...others].filter((each) => {
    const id = identityOf(each.key);
    return !seen.has(id) && seen.add(id);
  });
}

/** Secrets that are no keys, and those that are short; never a word of the secret itself. */
export function explainKeys({ imports, secrets }: Case): Finding[] {
  if (secrets.length === 0) return [{ kind: "key", text: "There is no secret." }];
  return imports.flatMap((imported, index): Finding[] => {
    const message = imported.kind === "bad" ? imported.message : imported.warning;
    return message === undefined ? [] : [{ kind: "key", text: `Secret ${index} ${message}.` }];
  });
}

type Reading = Pick<KeyTry, "key" | "clause">;

function readings(secret: string, algorithm: Algorithm, form: KeyForm): Reading[] {
  return isShared(algorithm) ? sharedReadings(secret, algorithm, form) : publicReadings(secret, algorithm);
}

const NO_BASE64 = /[^A-Za-z0-9+/=_-]/;

function sharedReadings(secret: string, algorithm: SharedAlgorithm, form: KeyForm): Reading[] {
  const inForm = [{ text: secret, clause: "" }, ...retyped(secret)].flatMap(({ text, clause }) => {
    const imported = importKey(text, { [algorithm]: form });
    return imported.kind === "key" ? [{ key: imported.key, clause }] : [];
  });
  const bare = secret.trim();
  if (looksPublic(bare) || bare.startsWith("whpk_")) return publicAsShared(bare, algorithm);
  const unprefixed = bare.replace(/^[a-z]+_/, "");
  const isPrefixed = unprefixed !== bare;
  const read: [bytes: Buffer | undefined, clause: string][] = [
    [Buffer.from(bare), "the secret's text were the key, as it stands"],
    [isPrefixed ? Buffer.from(unprefixed) : undefined, "the secret's text without its prefix were the key"],
    [base64(unprefixed), `the secret were decoded from Base64${isPrefixed ? ", without its prefix" : ""}`],
    [isPrefixed ? undefined : hex(bare), "the secret were decoded from hex"],
  ];
  const otherwise = read.flatMap(([bytes, clause]) =>
    bytes?.length ? [{ key: { algorithm, secret: bytes }, clause }] : []
  );
  return [...inForm, ...otherwise];
}

const FORGED = "a public key were a shared secret, which it is not: this is how a forger signs, who knows it too";

function publicAsShared(secret: string, algorithm: SharedAlgorithm): Reading[] {
  const decoded = base64(secret.replace(/^whpk_/, ""));
  return [Buffer.from(secret), ...(decoded === undefined ? [] : [decoded])].map((bytes) => ({
    key: { algorithm, secret: bytes },
    clause: FORGED,
  }));
}

/** Leniently: what is looked for is what somebody else's library made of it. */
function base64(text: string): Buffer | undefined {
  return NO_BASE64.test(text) ? undefined : Buffer.from(text, "base64");
}

function hex(text: string): Buffer | undefined {
  return /^([0-9a-f]{2})+$/i.test(text) ? Buffer.from(text, "hex") : undefined;
}

const PUBLIC_FORMS: readonly KeyForm[] = ["whpk", "ed25519-hex", "spki", "pem"];

function publicReadings(secret: string, algorithm: Algorithm): Reading[] {
  const texts = [{ text: secret, clause: "" }, ...retyped(secret)];
  const bare = secret.trim();
  texts.push(
    { text: `whpk_${bare}`, clause: "the key were 32 bytes in Base64" },
    { text: bare.replace(/^whpk_/, ""), clause: "the key had no whpk_ before it" },
    {
      text: `-----BEGIN PUBLIC KEY-----\n${bare}\n-----END PUBLIC KEY-----`,
      clause: "the key had the lines of PEM around it",
    },
  );
  return texts.flatMap(({ text, clause }) =>
    PUBLIC_FORMS.flatMap((form) => {
      const imported = importKey(text, { [algorithm]: form });
      return imported.kind === "key" ? [{ key: imported.key, clause: clause || `the key were read as ${form}` }] : [];
    })
  );
}

/** What a shell, an editor or an .env file adds or takes away. */
export function retyped(secret: string): { text: string; clause: string }[] {
  const made: [text: string, clause: string][] = [
    [secret.trim(), "the secret had no white space around it"],
    [secret.replace(/^(["'])([\s\S]*)\1$/, "$2"), "the secret had no quotation marks around it"],
    [secret.replaceAll("\\n", "\n"), "each \\n of the secret were a line feed"],
    [`${secret}\n`, "the secret ended in a line feed"],
    [`${secret}\r\n`, "the secret ended in CR LF"],
    [`${secret} `, "the secret ended in a space"],
  ];
  return made.filter(([text]) => text !== secret).map(([text, clause]) => ({ text, clause }));
}

function identityOf(key: VerifyKey): string {
  const bytes = "secret" in key ? key.secret : key.publicKey.export({ format: "der", type: "spki" });
  return `${key.algorithm}:${bytes.toString("base64")}`;
}
