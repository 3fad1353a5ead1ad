/**
 * Runs TypeScript in this thread on a Node that can, and spares it Node's own stripper: that one would come up in each
 * thread and stay, for 13 MB a thread. A hook of Node's loader is given the JavaScript; whatever the hook does not know
 * or cannot strip, Node loads as it would have.
 */
import nodeModule from "node:module";
import { type ImportModule, importNatively } from "./load-handlers.ts";
import type { StrippedSources } from "./stripped-modules.ts";
import { isTypeScript, type Strip } from "./stripper.ts";

/** What `node:module` has since 22.15, as far as it is used. */
interface Hooks {
  registerHooks(hooks: { load: (url: string, context: LoadContext, next: Load) => Loaded }): void;
}

interface LoadContext {
  /** Null where only the code tells it: no package.json names a type. */
  format?: string | null;
}

interface Loaded {
  format: string;
  source: string;
  shortCircuit?: boolean;
}

type Load = (url: string, context: LoadContext) => Loaded;

/** `sources` is filled by what `strip` makes, where it is given. Once in a thread. */
export function hookLoader(sources: StrippedSources, strip?: Strip): ImportModule {
  (nodeModule as unknown as Hooks).registerHooks({
    load: (url, context, next) => {
      const source = sources.get(url) ??
        (strip !== undefined && isModule(url, context) ? tryStrip(url, strip) : undefined);
      if (source === undefined) return next(url, context);
      sources.set(url, source);
      return { format: "module", source, shortCircuit: true };
    },
  });
  return importNatively;
}

function isModule(url: string, { format }: LoadContext): boolean {
  return isTypeScript(url) && (format ?? "module-typescript") === "module-typescript";
}

/** Undefined where Node is to tell: the file has a fault, asks for more than blanks, or may be CommonJS. */
function tryStrip(url: string, strip: Strip): string | undefined {
  try {
    const source = strip(url);
    return /^(?:import|export)\b/m.test(source) ? source : undefined;
  } catch {
    return undefined;
  }
}
