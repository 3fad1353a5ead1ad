/**
 * Secrets of `hookd.yaml`: `${env:NAME}` and `${file:path}` become what they refer to. A source without a
 * secret does not start by accident, and no message here holds a secret or a part of one.
 */
import { dirname, resolve } from "node:path";
import { mappingAt, valueAt } from "./config-checks.ts";
import { type ConfigPath, type Finding, quoted } from "./config-faults.ts";
import { decodeText, type ReadFile } from "./read-up-to.ts";
import { isLoopback, parseAddress } from "../config.ts";
import { systemCode } from "../errors.ts";
import type { UnixMs } from "../model.ts";
import { parseTerm, type SecretTerm } from "./secret-term.ts";

export type Env = Readonly<Record<string, string | undefined>>;

/** What one text that stands for a secret came to. */
export type SecretReading =
  | { kind: "ok"; value: string }
  /** The text is the secret itself. */
  | { kind: "literal"; value: string }
  /** There is nothing where it refers to; `where` is `environment variable X` or `file "x"`. */
  | { kind: "missing"; where: string; state: "unset" | "absent" | "empty" }
  | { kind: "faulty"; expected: string; found: string };

export type ReadSecret = (text: string) => Promise<SecretReading>;

/** A source's secrets, in order, each with the moment until which it counts, and the values of its `params`. */
export interface ReadySecrets {
  kind: "ready";
  secrets: readonly string[];
  notAfter: readonly (UnixMs | undefined)[];
  params: Readonly<Record<string, string>>;
}

/** What a source may do. */
type SourceSecrets = ReadySecrets | { kind: "disabled"; reason: string };

/** All secrets of a file, with what is wrong about them. */
export interface Secrets {
  /** By source name; a source with findings is not in it. */
  sources: ReadonlyMap<string, SourceSecrets>;
  token: string | undefined;
  findings: readonly Finding[];
  warnings: readonly Finding[];
}

/** A key is shorter by far; a wrong path may lead to a file without end. */
const SECRET_BYTES_MAX = 64 * 1024;

/** Makes the reader of single secrets; file paths are relative to the folder of `configFile`. */
export function createReadSecret(needs: { configFile: string; env: Env; readFile: ReadFile }): ReadSecret {
  return (text) => {
    const name = /^\$\{env:([A-Za-z_][A-Za-z0-9_]*)\}$/.exec(text)?.[1];
    if (name !== undefined) return Promise.resolve(readVariable(name, needs.env));
    const path = /^\$\{file:([^${}]+)\}$/.exec(text)?.[1];
    if (path !== undefined) return readSecretFile(path, needs);
    return Promise.resolve(
      text.includes("${")
        ? { kind: "faulty", expected: "exactly one ${env:NAME} or ${file:path}", found: "another text around it" }
        : { kind: "literal", value: text },
    );
  };
}

/** Reads all secrets of a file's value; `devSecret` stands in for each that a source needs and does not have. */
export async function readSecrets(value: unknown, read: ReadSecret, devSecret?: string): Promise<Secrets> {
  const sources = new Map<string, SourceSecrets>();
  const findings: Finding[] = [];
  const warnings: Finding[] = [];
  for (const [name, source] of Object.entries(mappingAt(value, ["sources"]))) {
    const texts = textsOf(valueAt(source, ["verify"]));
    if (texts === undefined) continue;
    const path = ["sources", name, "verify", "secrets"];
    const terms = texts.map(parseTerm);
    const readings = await Promise.all(
      terms.map((term) => term.kind === "ok" ? read(term.text) : Promise.resolve(term)),
    );
    warnings.push(...warningsOf(path, readings));
    const params = await readParams(name, valueAt(source, ["verify", "params"]), read);
    findings.push(...params.findings);
    const optional = valueAt(source, ["optional"]) === true;
    // Its keys are published and fetched.
    const isKeyless = texts.length === 0 && params.values["fetch_certificate"] === "true";
    const verdict = isKeyless ? KEYLESS : decide(readings, { path, optional, devSecret });
    if (verdict.kind === "faulty") findings.push(...verdict.findings);
    else if (verdict.kind === "disabled") sources.set(name, verdict);
    else sources.set(name, { ...verdict, notAfter: notAfterOf(terms, readings), params: params.values });
  }
  const admin = await readToken(value, read);
  findings.push(...admin.findings);
  warnings.push(...admin.warnings);
  return { sources, token: admin.token, findings, warnings };
}

/** In step with the secrets that were found. */
function notAfterOf(terms: readonly SecretTerm[], readings: readonly SecretReading[]): (UnixMs | undefined)[] {
  return terms.flatMap((term, index) =>
    "value" in readings[index]! ? [term.kind === "ok" ? term.notAfter : undefined] : []
  );
}

/** Values that are no secrets, such as the name of a topic, may stand there as they are. */
async function readParams(source: string, params: unknown, read: ReadSecret) {
  const values: Record<string, string> = {};
  const findings: Finding[] = [];
  const texts = Object.entries(mappingAt(params, [])).filter(([, text]) => typeof text === "string" && text !== "");
  for (const [name, text] of texts) {
    const reading = await read(String(text));
    const path = ["sources", source, "verify", "params", name];
    findings.push(...faultsOf(path, reading), ...missingOf(path, reading, "set it"));
    if ("value" in reading) values[name] = reading.value;
  }
  return { values, findings };
}

const KEYLESS = { kind: "ready", secrets: [] } as const;

interface SourceRules {
  path: ConfigPath;
  optional: boolean;
  devSecret: string | undefined;
}

function decide(
  readings: readonly SecretReading[],
  { path, optional, devSecret }: SourceRules,
): Pick<ReadySecrets, "kind" | "secrets"> | Exclude<SourceSecrets, ReadySecrets> | {
  kind: "faulty";
  findings: Finding[];
} {
  const faulty = readings.flatMap((reading, index) => faultsOf([...path, index], reading));
  if (faulty.length > 0) return { kind: "faulty", findings: faulty };
  const secrets = readings.flatMap((reading) => "value" in reading ? [reading.value] : []);
  if (secrets.length > 0) return { kind: "ready", secrets };
  if (optional) return { kind: "disabled", reason: reasonOf(readings) };
  if (devSecret !== undefined) return { kind: "ready", secrets: [devSecret] };
  const missing = readings.flatMap((reading, index) => missingOf([...path, index], reading, UNSET_SECRET));
  return { kind: "faulty", findings: missing.length > 0 ? missing : [{ path, ...NO_SECRETS }] };
}

const UNSET_SECRET = "set it, start with --dev, or mark the source `optional: true`";
const NO_SECRETS = {
  expected: "at least one secret",
  found: "nothing",
  hint: 'add one, such as secrets: ["${env:HOOKD_SECRET}"]',
};

/** A rotation leaves an old or a new secret unset for a while: no fault, but not silent either. */
function warningsOf(path: ConfigPath, readings: readonly SecretReading[]): Finding[] {
  const some = readings.some((reading) => "value" in reading);
  const hint = "the source runs with its other secrets";
  return readings.flatMap((reading, index) => [
    ...literalOf([...path, index], reading),
    ...(some ? missingOf([...path, index], reading, hint) : []),
  ]);
}

/** Beyond loopback the admin listener is open to the network: a token that is not there is a fault. */
async function readToken(value: unknown, read: ReadSecret): Promise<Pick<Secrets, "token" | "findings" | "warnings">> {
  const path = ["admin", "token"];
  const [text, listen] = [valueAt(value, path), valueAt(value, ["admin", "listen"])];
  const host = typeof listen === "string" ? parseAddress(listen)?.host : undefined;
  const open = host !== undefined && !isLoopback(host);
  if (typeof text !== "string" || text === "") {
    const absent = text === undefined && open;
    return { token: undefined, findings: absent ? [{ path: ["admin"], ...NO_TOKEN }] : [], warnings: [] };
  }
  const reading = await read(text);
  const missing = open ? missingOf(path, reading, "set it, or bind the admin listener to loopback") : [];
  return {
    token: "value" in reading ? reading.value : undefined,
    findings: [...faultsOf(path, reading), ...missing],
    warnings: literalOf(path, reading),
  };
}

const NO_TOKEN = {
  expected: "a token, since the admin listener is bound beyond loopback",
  found: "nothing",
  hint: 'add token: "${env:HOOKD_ADMIN_TOKEN}"',
};

function faultsOf(path: ConfigPath, reading: SecretReading): Finding[] {
  return reading.kind === "faulty" ? [{ path, expected: reading.expected, found: reading.found }] : [];
}

function missingOf(path: ConfigPath, reading: SecretReading, hint: string): Finding[] {
  if (reading.kind !== "missing") return [];
  return [{ path, expected: `${reading.where} to hold a secret`, found: `it ${reading.state}`, hint }];
}

function literalOf(path: ConfigPath, reading: SecretReading): Finding[] {
  return reading.kind === "literal"
    ? [{ path, expected: "${env:NAME} or ${file:path}", found: "the secret itself" }]
    : [];
}

function reasonOf(readings: readonly SecretReading[]): string {
  const reasons = readings.flatMap((reading) => (
    reading.kind === "missing" ? [`${reading.where} is ${reading.state}`] : []
  ));
  return reasons.length === 0 ? "it names no secret" : reasons.join(", ");
}

function readVariable(name: string, env: Env): SecretReading {
  const value = env[name];
  if (typeof value === "string" && value !== "") return { kind: "ok", value };
  return { kind: "missing", where: `environment variable ${name}`, state: value === "" ? "empty" : "unset" };
}

async function readSecretFile(
  path: string,
  { configFile, readFile }: { configFile: string; readFile: ReadFile },
): Promise<SecretReading> {
  const where = `file ${quoted(path)}`;
  const faulty = (found: string): SecretReading => ({ kind: "faulty", expected: `${where} to hold a secret`, found });
  try {
    const bytes = await readFile(resolve(dirname(configFile), path), SECRET_BYTES_MAX);
    if (bytes.length > SECRET_BYTES_MAX) return faulty("more than 64 KB");
    // One newline at the end is the editor's, not the secret's.
    const value = decodeText(bytes)?.replace(/\r?\n$/, "");
    if (value === undefined) return faulty("bytes that are no UTF-8");
    return value === "" ? { kind: "missing", where, state: "empty" } : { kind: "ok", value };
  } catch (error) {
    // Only a file that is not there is a secret that is not set: one that may not be read was meant to be.
    const code = systemCode(error);
    return code === "ENOENT" ? { kind: "missing", where, state: "absent" } : faulty(`it unreadable (${code})`);
  }
}

/** Undefined where the schema has a finding already: one fault is told once. */
function textsOf(verify: unknown): readonly string[] | undefined {
  if (typeof verify !== "object" || verify === null) return undefined;
  const secrets = valueAt(verify, ["secrets"]);
  if (secrets === undefined) return [];
  const valid = Array.isArray(secrets) && secrets.length > 0 &&
    secrets.every((text) => typeof text === "string" && text !== "");
  return valid ? secrets : undefined;
}
