/** `hookd verify`: whether a captured request verifies, and exactly why; for support, for scripts and for tests. */
import { type Command, InvalidArgumentError } from "commander";
import { readUpTo } from "../config/read-up-to.ts";
import { HookdError, messageOf, systemCode } from "../errors.ts";
import { parseDuration } from "../units.ts";
import { type Capture, parseCapture } from "./captured-request.ts";
import { ExitCode } from "./exit-code.ts";
import { examples } from "./listing.ts";
import type { Needs } from "./needs.ts";
import { wholeNumber } from "./option-values.ts";
import { type CaseMaker, caseMaker, type CaseOptions, unknownPresets } from "./verify-case.ts";
import { printExplanation, unknownPresetLine, verdictLine } from "./verify-report.ts";

interface VerifyOptions extends CaseOptions {
  file?: string;
  json?: boolean;
  findings?: boolean;
}

/** A list of requests of the longest body that hookd takes would be longer: then one by one. */
const CAPTURE_BYTES_MAX = 512 * 1024 * 1024;

export function registerVerify(program: Command, needs: Needs): void {
  program.command("verify")
    .description("explain whether a captured request verifies, and exactly why")
    .option("--file <file>", "the request, as JSON or as HTTP text; - or nothing: what is piped in")
    .option("--preset <preset>", "how it is signed (default: the source's, else its `scheme`)")
    .option("--secret <secret>", "a secret, ${env:NAME} or ${file:path}; may be repeated", added)
    .option("--source <name>", "take preset, secrets, tolerance, params and URL from this source of hookd.yaml")
    .option("--config <file>", "configuration (default: hookd.yaml, with --source)")
    .option(
      "--now <unix>",
      "what time to take it for, in Unix seconds (default: its `now`, else the clock)",
      wholeNumber(0, 1e11),
    )
    .option("--url <url>", "the URL that the sender sends to, for presets that sign it")
    .option("--tolerance <duration>", "how far a signed time may be off (default: the preset's)", duration)
    .option("--param <name=value>", "what the preset needs to know besides; may be repeated", param)
    .option("--json", "one JSON line a request, as for a list")
    .option("--findings", "with JSON: what explains each, too")
    .addHelpText(
      "after",
      examples(
        "hookd verify --preset github --secret '${env:GITHUB_SECRET}' --file request.http",
        "hookd verify --source billing --file request.json --now 1700000000",
        "pbpaste | hookd verify --preset stripe --secret '${file:stripe.secret}'",
        "hookd verify --file test/vectors/signatures.json | grep '\"ok\":false'",
      ) + FILE_HELP,
    )
    .action((options: VerifyOptions) => verify(options, needs));
}

const FILE_HELP = `

The request is the text that was sent, with its body as it came:
  POST /webhooks/github HTTP/1.1
  X-Hub-Signature-256: sha256=...

  {"action":"opened"}
or JSON, one request or a list:
  {"name", "scheme", "secret": text or list, "method", "url", "headers": {name: value or values},
   "body" or "bodyBase64", "now", "extras": {"tolerance", "params"}}

A list gives a JSON line each: {"name","ok","reason","keyIndex","binding"}.
What is printed is safe to paste: it has no secret and no signature in it.

Exit code 1: one does not verify. 2: wrong usage, or a preset that nobody knows.`;

async function verify(options: VerifyOptions, needs: Needs): Promise<void> {
  const capture = await readCapture(options.file, needs);
  const asked = { makeCase: await caseMaker(options, needs), options, needs };
  const isFine = capture.isList || options.json ? await printLines(capture, asked) : await printWords(capture, asked);
  if (!isFine) throw new ExitCode(1);
}

interface Asked {
  makeCase: CaseMaker;
  options: VerifyOptions;
  needs: Needs;
}

/** Resolves to whether all verified. Each line that can be had is printed, whatever is wrong with the others. */
async function printLines({ records }: Capture, { makeCase, options, needs }: Asked): Promise<boolean> {
  const { terminal: { out }, explainSignature, verifySignature } = needs;
  const unknown = new Set<string>();
  let isFine = true;
  for (const record of records) {
    const captured = await makeCase(record);
    if (captured === undefined) {
      unknown.add(record.scheme ?? "");
      await out.write(unknownPresetLine(record.name));
      continue;
    }
    const said = await (options.findings ? explainSignature(captured) : verifySignature(captured));
    isFine &&= said.verdict.kind === "verified";
    await out.write(verdictLine(record.name, said));
  }
  if (unknown.size > 0) throw unknownPresets([...unknown]);
  return isFine;
}

async function printWords({ records: [record] }: Capture, { makeCase, needs }: Asked): Promise<boolean> {
  const captured = await makeCase(record!);
  if (captured === undefined) throw unknownPresets([record!.scheme ?? ""]);
  const said = await needs.explainSignature(captured);
  await printExplanation(said, needs.terminal.out);
  return said.verdict.kind === "verified";
}

async function readCapture(file: string | undefined, needs: Needs): Promise<Capture> {
  const isPiped = file === undefined || file === "-";
  const bytes = isPiped ? await needs.readStdin(CAPTURE_BYTES_MAX) : await readFile(file);
  if (bytes === undefined) {
    throw new HookdError("ERR_USAGE", "There is no request to look at: name its file with --file, or pipe it in");
  }
  if (bytes.length > CAPTURE_BYTES_MAX) throw new HookdError("ERR_USAGE", "The captured request is longer than 512 MB");
  return parseCapture(bytes);
}

async function readFile(file: string): Promise<Uint8Array> {
  try {
    return await readUpTo(file, CAPTURE_BYTES_MAX);
  } catch (error) {
    const found = systemCode(error) === "ENOENT" ? "no such file" : messageOf(error);
    throw new HookdError("ERR_USAGE", `Cannot read the captured request ${file}: ${found}`, { cause: error });
  }
}

function added(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}

function param(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const [, name, value] = /^([A-Za-z][A-Za-z0-9_]*)=(.+)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError("Expected name=value.");
  return { ...before, [name]: value };
}

function duration(text: string): number {
  const parsed = parseDuration(text);
  if (parsed.kind === "ok") return parsed.value;
  throw new InvalidArgumentError("Expected a duration such as 5m.");
}
