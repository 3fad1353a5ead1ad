/**
 * Reads what the handler files declare, in a thread: user code never runs on the main thread, also not when it
 * is only imported. Every fault of every file is reported at once, so that an author mends them in one go.
 */
import { relative, sep } from "node:path";
import { Worker } from "node:worker_threads";
import { messageOf } from "../errors.ts";
import type { HandlerEntry, HandlerTable } from "../ports.ts";
import { checkDeclaration, findClashes } from "./check-declaration.ts";
import { createHandlerTable } from "./handler-table.ts";
import { listHandlerFiles } from "./list-handler-files.ts";
import type { Declaration, DeclarationFault, DiscoveryMessage, DiscoverySetup } from "./protocol.ts";
import { type Loading, loadingOf, workerEntry } from "./worker-entry.ts";

export type Discovered =
  | { kind: "ok"; table: HandlerTable; handlers: HandlerFolder }
  | { kind: "faulty"; faults: DeclarationFault[] };

/** The handler files, and how threads are to load them. */
export interface HandlerFolder {
  /** Absolute paths, in the order of their numbers. */
  files: readonly string[];
  loading: Loading;
  /** For `stripped`: JavaScript by the URL of its TypeScript. */
  sources?: Map<string, string> | undefined;
}

export interface DiscoverOptions {
  /** How long the import of one file may take; default 10 000. */
  importTimeoutMs?: number;
}

/** All handlers of a folder; an empty folder is fine, a missing one is a fault. Never rejects for a file's fault. */
export async function discoverHandlers(dir: string, options: DiscoverOptions = {}): Promise<Discovered> {
  const { root, files, faults } = listHandlerFiles(dir);
  const importTimeoutMs = options.importTimeoutMs ?? 10_000;
  let loading = loadingOf(files);
  let read = await readAll({ files, loading, importTimeoutMs });
  // More than types is to go, or the file is broken: tsx knows, and says where.
  if (loading === "stripped" && read.faults.length > 0) {
    loading = "tsx";
    read = await readAll({ files, loading, importTimeoutMs });
  }
  const { declarations, sources } = read;
  faults.push(...read.faults);
  const entries: HandlerEntry[] = [];
  for (const declaration of declarations) {
    const fileName = relative(root, declaration.file);
    const checked = checkDeclaration(declaration, { file: files.indexOf(declaration.file), fileName });
    if (checked.kind === "ok") entries.push(checked.entry);
    else faults.push(...checked.faults);
  }
  faults.push(...findClashes(entries));
  if (faults.length === 0) {
    return { kind: "ok", table: createHandlerTable(entries), handlers: { files, loading, sources } };
  }
  const inRoot = (file: string) => file.startsWith(root + sep) ? relative(root, file) : file;
  const named = faults.map((fault) => ({ ...fault, file: inRoot(fault.file) }));
  return { kind: "faulty", faults: named.sort((a, b) => a.file < b.file ? -1 : a.file > b.file ? 1 : 0) };
}

/** How long the thread may take to come up, before it imports the first file. */
const START_MS_MAX = 30_000;

interface Read {
  declarations: Declaration[];
  faults: DeclarationFault[];
  sources?: Map<string, string> | undefined;
}

interface ReadOptions {
  files: readonly string[];
  loading: Loading;
  importTimeoutMs: number;
}

async function readAll(options: ReadOptions): Promise<Read> {
  const read: Read = { declarations: [], faults: [] };
  for (let from = 0; from < options.files.length;) {
    const found = await importFrom({ ...options, from });
    read.declarations.push(...found.declarations);
    read.faults.push(...found.faults);
    read.sources = found.sources;
    from = found.next;
  }
  return read;
}

interface Found extends Read {
  /** The first file that was not looked at. */
  next: number;
}

interface ImportOptions extends ReadOptions {
  from: number;
}

/** Imports files in one thread, up to the first that takes the thread with it or hangs in it. */
function importFrom({ files, from, loading, importTimeoutMs }: ImportOptions): Promise<Found> {
  const found: Found = { declarations: [], faults: [], next: from + 1 };
  const { filename, ...rest } = workerEntry("../execute/thread/declare", loading);
  const discovery: DiscoverySetup = { files, from, strips: loading === "stripped" };
  const worker = new Worker(filename, { ...rest, workerData: { discovery } });
  return new Promise((resolve) => {
    let told = false;
    let done = false;
    const hang = () => giveUp(`is not imported after ${importTimeoutMs} ms`);
    let timer = setTimeout(hang, START_MS_MAX);
    const end = () => {
      done = true;
      clearTimeout(timer);
      void worker.terminate().finally(() => resolve(found));
    };
    /** The file under way holds or ended the thread: unless the thread told why itself, `message` does. */
    const giveUp = (message: string) => {
      if (done) return;
      if (!told) found.faults.push({ file: files[found.next - 1]!, message });
      end();
    };
    worker.on("message", (message: DiscoveryMessage) => {
      switch (message.kind) {
        case "begin":
          found.next = message.index + 1;
          told = false;
          clearTimeout(timer);
          timer = setTimeout(hang, importTimeoutMs);
          break;
        case "declared":
          found.declarations.push(message.declaration);
          break;
        case "faulty":
          found.faults.push(message.fault);
          told = true;
          break;
        case "end":
          found.sources = message.sources;
          end();
          break;
      }
    });
    worker.on("error", (error: Error) => giveUp(`ends its thread when it is imported: ${messageOf(error)}`));
    worker.on("exit", (code) => giveUp(`ends its thread when it is imported (exit code ${code})`));
  });
}
