/**
 * The table of `docs/senders.md`, one line per sender, made of the presets so that it cannot say anything else than they
 * do: `npm run senders` writes it, and a test fails while the committed file is another.
 */
import { type Algorithm, DAY, type DeclaredPreset, HOUR, MINUTE, type Preset, SECOND } from "./preset.ts";
import { ALIASES, PRESETS } from "./registry.ts";

const BEGIN = "<!-- The table is written by `npm run senders`. -->\n";
const END = "<!-- Here it ends. -->\n";

const COLUMNS = [
  "sender",
  "preset",
  "signature",
  "binding",
  "window",
  "waits",
  "repeats for",
  "handshake",
  "what to set",
];

const ALGORITHM: Readonly<Record<Algorithm, string>> = {
  "hmac-sha256": "HMAC-SHA256",
  "hmac-sha1": "HMAC-SHA1",
  sha256: "SHA-256 of the secret and",
  ed25519: "Ed25519",
  "ecdsa-p256": "ECDSA P-256",
  "ecdsa-p256-raw": "ECDSA P-256",
  "rsa-sha256": "RSA-SHA256",
  "rsa-pss-sha512": "RSA-PSS-SHA512",
  token: "the secret itself",
};

const CODED: Readonly<Record<string, string>> = {
  plaid: "`Plaid-Verification`: JWT (ES256) with the body's SHA-256",
  "http-message": "`Signature`, `Signature-Input`, `Content-Digest`: what the message says it covers",
  "aws-sns": "`Signature` in the body: RSA of the message's fields",
};

/** Where neither a source nor a preset says; as `compileScheme` has it. */
const TOLERANCE_MS = 5 * MINUTE;

/** The document with the table anew between its marks. `bindingOf` is the receiver's own opinion: body, fields or none. */
export function withSenders(document: string, bindingOf: (preset: Preset) => string): string {
  const [begin, end] = [document.indexOf(BEGIN), document.indexOf(END)];
  if (begin === -1 || end < begin) throw new Error("docs/senders.md has lost the marks around its table");
  return document.slice(0, begin) + BEGIN + sendersTable(bindingOf) + document.slice(end);
}

function sendersTable(bindingOf: (preset: Preset) => string): string {
  const rows = Object.entries(PRESETS)
    .sort(([, one], [, other]) => (one.sender ?? "").localeCompare(other.sender ?? "", "en", { sensitivity: "base" }))
    .map(([name, preset]) => [
      preset.sender ?? "",
      [name, ...otherNames(name)].map(code).join(", "),
      signatureText(preset),
      bindingOf(preset) + (preset.weak === undefined ? "" : `; **weak**: ${preset.weak}`),
      windowText(preset),
      duration(preset.ackDeadlineMs),
      preset.retryHorizonMs === 0 ? "never" : duration(preset.retryHorizonMs),
      preset.handshake ?? "",
      preset.setup ?? "",
    ]);
  return [COLUMNS, COLUMNS.map(() => "---"), ...rows].map(line).join("");
}

function line(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |\n`;
}

function otherNames(name: string): string[] {
  return Object.keys(ALIASES).filter((other) => ALIASES[other] === name);
}

function signatureText(preset: Preset): string {
  if ("code" in preset) return CODED[preset.code] ?? "";
  const { in: places, take, encoding } = preset.signature;
  const where = [...new Set([places[0]!, places.at(-1)!])].map((place) => code(place.replace(/^header:/, ""))).join(
    " to ",
  );
  const how = [...new Set(Object.values(take))].map((algorithm) => ALGORITHM[algorithm]).join(" or ");
  if (preset.content === "") return `${where}: ${how}`;
  return `${where}: ${how} of ${code(contentText(preset))}${hashText(preset)}, ${encoding}`;
}

/** As the row has it, without what a reader can do without. */
function contentText({ content, each }: DeclaredPreset): string {
  const short = content.replaceAll("{header:", "{");
  return each === undefined ? short : short.replaceAll("{json:/", "{");
}

function hashText({ bodyHash }: DeclaredPreset): string {
  return bodyHash === undefined ? "" : ` with the body's SHA-256 at ${code(bodyHash)}`;
}

function windowText(preset: Preset): string {
  const isTimed = "code" in preset || preset.time !== undefined;
  return isTimed ? duration(preset.toleranceMs ?? TOLERANCE_MS) : "no time is signed";
}

function code(text: string): string {
  return `\`${text}\``;
}

/** `36 h`, `5 min`: the largest unit that leaves a whole number. */
function duration(ms: number): string {
  const units: [number, string][] = [[DAY, "d"], [HOUR, "h"], [MINUTE, "min"], [SECOND, "s"]];
  const [size, name] = units.find(([unit]) => ms >= unit && ms % unit === 0) ?? [1, "ms"];
  return `${ms / size} ${name}`;
}
