/**
 * Entry of the thread in which handler files are imported for the first time, one after the other, so that
 * `discoverHandlers` learns what they declare. User code runs here: it may hang or exit, and the main thread
 * knows by the last `begin` whose doing it was.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import process from "node:process";
import { parentPort, workerData } from "node:worker_threads";
import { Compile } from "typebox/compile";
import type { HandlerDefinition } from "../../handler.ts";
import type { Declaration, DiscoveryMessage, DiscoveryOrigin, DiscoverySetup } from "../protocol.ts";
import { failureOf } from "./failure-of.ts";
import { lineOf, lineOfDefaultExport, lineOfProperty, sayingOf } from "./fault-line.ts";
import { importHandler, NotAHandler } from "./load-handlers.ts";
import { importWith } from "./import-with.ts";
import { faultOfSchema } from "./schema-fault.ts";
import type { StrippedSources } from "./stripped-modules.ts";

const { loading } = workerData as DiscoveryOrigin;
const post = (message: DiscoveryMessage) => parentPort?.postMessage(message);
const exit = process.exit;
const sources: StrippedSources = new Map();
const load = await importWith(loading, sources, async () => await (await import("./stripper.ts")).loadStripper());
// The thread comes up while the main thread still finds out which files there are.
const { files, from } = await new Promise<DiscoverySetup>((resolve) => parentPort?.once("message", resolve));

/** The schema cannot be used; the message says why. */
class SchemaFault extends Error {}

let current = files[from]!;
// What no promise of the import carries: it is told, and the other files are still read.
process.on("uncaughtException", (error) => reportThrown(current, error));
process.on("unhandledRejection", (reason) => reportThrown(current, reason));

for (let index = from; index < files.length; index++) {
  post({ kind: "begin", index });
  current = files[index]!;
  await declare(current);
  // What nobody awaits surfaces now, while it is known whose it is.
  await new Promise((resolve) => setImmediate(resolve));
}
post({ kind: "end", sources });

async function declare(file: string): Promise<void> {
  const source = readFileSync(file, "utf8");
  process.exit = (code) => {
    postFault(file, lineOf(new Error("exit"), file, source), `calls process.exit(${code ?? ""}) when it is imported`);
    return exit.call(process, code);
  };
  try {
    post({ kind: "declared", declaration: declarationOf(file, source, await importHandler(file, load)) });
  } catch (error) {
    if (error instanceof NotAHandler) postFault(file, lineOfDefaultExport(source), error.message);
    else if (error instanceof SchemaFault) postFault(file, lineOfProperty(source, "schema"), error.message);
    else reportThrown(file, error);
  }
}

function reportThrown(file: string, thrown: unknown): void {
  if (!(thrown instanceof Error)) return postFault(file, undefined, `throws ${failureOf(thrown).message}`);
  const line = lineOf(thrown, file, readFileSync(file, "utf8"));
  postFault(file, line ?? (thrown instanceof SyntaxError ? lineByCheck(file) : undefined), sayingOf(thrown));
}

/** Node 20 shows the line of a syntax error in a module to nobody but its own reporter: so it is asked. */
function lineByCheck(file: string): number | undefined {
  const { stderr } = spawnSync(process.execPath, ["--check", file], { encoding: "utf8", timeout: 10_000 });
  return lineOf({ message: stderr }, file, "");
}

function declarationOf(file: string, source: string, handler: HandlerDefinition): Declaration {
  const lines = ["event", "retry", "timeout", "run"].map((name) => [name, lineOfProperty(source, name)] as const);
  return {
    file,
    events: asJson(handler.event),
    schema: handler.schema === undefined ? undefined : schemaOf(handler.schema),
    retry: asJson(handler.retry),
    timeout: asJson(handler.timeout),
    lines: Object.fromEntries(lines.filter((entry): entry is [typeof entry[0], number] => entry[1] !== undefined)),
  };
}

/** The schema as accept will use it on the main thread: plain JSON Schema. */
function schemaOf(schema: unknown): unknown {
  const fault = faultOfSchema(schema);
  if (fault !== undefined) throw new SchemaFault(`schema ${fault}`);
  try {
    const plain = asJson(schema);
    Compile(plain as object);
    return plain;
  } catch (error) {
    throw new SchemaFault(`schema does not compile: ${failureOf(error).message}`);
  }
}

function asJson(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value) ?? "null");
}

function postFault(file: string, line: number | undefined, message: string): void {
  post({ kind: "faulty", fault: { file, message, ...(line === undefined ? {} : { line }) } });
}
