/** How this thread imports the user's files, and loads no more of that than it needs: Deno nothing. */
import type { Loading } from "../protocol.ts";
import { type ImportModule, importNatively } from "./load-handlers.ts";
import type { StrippedSources } from "./stripped-modules.ts";
import type { Strip } from "./stripper.ts";

/** `sources` is what discovery made of TypeScript, or is filled where `strip` is given. */
export async function importWith(loading: Loading, sources: StrippedSources, strip?: Strip): Promise<ImportModule> {
  switch (loading) {
    case "hooked": {
      const { hookLoader } = await import("./strip-hook.ts");
      return hookLoader(sources, strip);
    }
    case "stripped": {
      const { StrippedModules } = await import("./stripped-modules.ts");
      const modules = new StrippedModules(sources, strip);
      return (url) => modules.import(url);
    }
    default:
      return importNatively;
  }
}
