/** Imports TypeScript in a thread that is started as a thread of the build is. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import type { Loading } from "../../../src/execute/protocol.ts";
import { loadingOf, workerEntry } from "../../../src/execute/worker-entry.ts";
import { tempFolder } from "../../support/temp-folder.ts";

const IMPORT_WITH = new URL("../../../src/execute/thread/import-with.ts", import.meta.url).href;
const STRIPPER = new URL("../../../src/execute/thread/stripper.ts", import.meta.url).href;

interface Imported {
  result?: unknown;
  /** What was thrown: its name and message, and the frame on top. */
  thrown?: string[];
  /** URLs of what was stripped. */
  sources: string[];
  folder: string;
}

/** Imports `a.ts` of these files and calls its default export. */
export async function imported(loading: Loading, files: Record<string, string>): Promise<Imported> {
  const folder = tempFolder();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const code = `import { parentPort } from "node:worker_threads";
const { importWith } = await import(${JSON.stringify(IMPORT_WITH)});
const { loadStripper } = await import(${JSON.stringify(STRIPPER)});
const sources = new Map();
const load = await importWith(${JSON.stringify(loading)}, sources, loadStripper);
const tell = (what) => parentPort.postMessage({ ...what, sources: [...sources.keys()] });
try {
  const { default: run } = await load(${JSON.stringify(pathToFileURL(join(folder, "a.ts")).href)});
  tell({ result: await run() });
} catch (error) {
  tell({ thrown: [error.name, error.message, String(error.stack).split("\\n")[1] ?? ""] });
}`;
  // The sources under test are TypeScript themselves, which the threads of the build are spared.
  const flags = [loading, loadingOf(["a.ts"])];
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), {
    execArgv: flags.flatMap((each) => workerEntry("../execute/thread/declare", each).execArgv ?? []),
  });
  const message = await new Promise<Omit<Imported, "folder">>((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
  await worker.terminate();
  return { ...message, folder };
}
