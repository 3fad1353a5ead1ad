/**
 * Reads what the handler files declare, in a thread: user code never runs on the main thread, also not when it
 * is only imported. Every fault of every file is reported at once, so that an author mends them in one go.
 */
import { relative, sep } from "node:path";
import type { HandlerEntry, HandlerTable } from "../ports.ts";
import { checkDeclaration, findClashes } from "./check-declaration.ts";
import { type DiscoveryThread, importFrom, type ImportOptions, startDiscoveryThread } from "./discovery-thread.ts";
import { createHandlerTable } from "./handler-table.ts";
import { listHandlerFiles } from "./list-handler-files.ts";
import type { Declaration, DeclarationFault, Loading } from "./protocol.ts";
import { lastResort, loadingOf } from "./worker-entry.ts";

export type Discovered =
  | { kind: "ok"; table: HandlerTable; handlers: HandlerFolder }
  | { kind: "faulty"; faults: DeclarationFault[] };

/** The handler files, and how threads are to load them. */
export interface HandlerFolder {
  /** Absolute paths, in the order of their numbers. */
  files: readonly string[];
  loading: Loading;
  /** JavaScript by the URL of its TypeScript, for `hooked` and `stripped`. */
  sources: Map<string, string>;
}

export interface DiscoverOptions {
  /** How long the import of one file may take; default 10 000. */
  importTimeoutMs?: number;
  /** One that was started early; whoever started it ends it. Default: one is started. */
  thread?: DiscoveryThread | undefined;
}

/** All handlers of a folder; an empty folder is fine, a missing one is a fault. Never rejects for a file's fault. */
export async function discoverHandlers(dir: string, options: DiscoverOptions = {}): Promise<Discovered> {
  const { root, files, faults } = listHandlerFiles(dir);
  const importTimeoutMs = options.importTimeoutMs ?? 10_000;
  let loading = loadingOf(files);
  // It was started for what is likely; another way of loading needs another thread.
  const thread = options.thread?.loading === loading ? options.thread : undefined;
  let read = await readAll({ files, loading, thread, importTimeoutMs });
  // More than types is to go, or the file is broken: the last resort knows, and says where.
  if (loading !== lastResort() && read.faults.length > 0) {
    loading = lastResort();
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

interface Read {
  declarations: Declaration[];
  faults: DeclarationFault[];
  sources: Map<string, string>;
}

interface ReadOptions extends Omit<ImportOptions, "from"> {
  loading: Loading;
  /** Waits for the first files. */
  thread?: DiscoveryThread | undefined;
}

async function readAll({ loading, thread, ...options }: ReadOptions): Promise<Read> {
  const read: Read = { declarations: [], faults: [], sources: new Map() };
  let next = thread;
  for (let from = 0; from < options.files.length;) {
    const found = await importFrom(next ?? startDiscoveryThread(loading), { ...options, from });
    next = undefined;
    read.declarations.push(...found.declarations);
    read.faults.push(...found.faults);
    read.sources = found.sources;
    from = found.next;
  }
  return read;
}
