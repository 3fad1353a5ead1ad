/** Imports handler files inside a thread. A file that fails is a value: the other files' handlers still run. */
import { pathToFileURL } from "node:url";
import { type HandlerDefinition, isHandler } from "../../handler.ts";

/** Imports one file; rejects with whatever it throws, and stays pending if the file never finishes. */
export async function importHandler(file: string): Promise<HandlerDefinition> {
  const module = await import(pathToFileURL(file).href) as Record<string, unknown>;
  if (!("default" in module)) throw new NotAHandler("has no default export");
  if (!isHandler(module.default)) throw new NotAHandler("has a default export that defineHandler did not make");
  if (typeof module.default.run !== "function") throw new NotAHandler("has a handler without a run function");
  return module.default;
}

/** The file was imported, and exports something else than a handler. */
export class NotAHandler extends Error {
  override readonly name = "NotAHandler";
}
