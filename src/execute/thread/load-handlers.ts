/** Imports handler files inside a thread. A file that fails is a value: the other files' handlers still run. */
import { pathToFileURL } from "node:url";
import { type HandlerDefinition, isHandler } from "../../handler.ts";

/** Imports the module at a URL. */
export type ImportModule = (url: string) => Promise<Record<string, unknown>>;

/** As this runtime does it, or by what it was started with. */
export const importNatively: ImportModule = async (url) => await import(url) as Record<string, unknown>;

/** Imports one file; rejects with whatever it throws, and stays pending if the file never finishes. */
export async function importHandler(file: string, load: ImportModule = importNatively): Promise<HandlerDefinition> {
  const module = await load(pathToFileURL(file).href);
  if (!("default" in module)) throw new NotAHandler("has no default export");
  if (!isHandler(module.default)) throw new NotAHandler("has a default export that defineHandler did not make");
  if (typeof module.default.run !== "function") throw new NotAHandler("has a handler without a run function");
  return module.default;
}

/** The file was imported, and exports something else than a handler. */
export class NotAHandler extends Error {
  override readonly name = "NotAHandler";
}
