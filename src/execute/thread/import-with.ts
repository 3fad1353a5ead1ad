/** How this thread imports the user's files, and loads no more of that than it needs: Deno nothing. */
import type { Loading } from "../protocol.ts";
import { type ImportModule, importNatively } from "./load-handlers.ts";
import type { StrippedSources } from "./stripped-modules.ts";
import type { Strip } from "./stripper.ts";

/** `sources` is what discovery made of TypeScript, or is filled where a stripper is given, which is loaded if needed. */
export async function importWith(
  loading: Loading,
  sources: StrippedSources,
  loadStripper?: () => Promise<Strip>,
): Promise<ImportModule> {
  switch (loading) {
    case "hooked": {
      const { hookLoader } = await import("./strip-hook.ts");
      return hookLoader(sources, await loadStripper?.());
    }
    case "stripped": {
      const { StrippedModules } = await import("./stripped-modules.ts");
      const modules = new StrippedModules(sources, await loadStripper?.());
      return (url) => modules.import(url);
    }
    default:
      return importNatively;
  }
}
