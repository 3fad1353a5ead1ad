/**
 * Runs TypeScript in this thread on a Node that cannot, and costs no thread of hooks: types are replaced by blanks, so
 * that lines and columns stay, and the modules are linked here; whatever is no TypeScript, Node loads. The stripper
 * takes 30 MB while it works, so the thread of discovery strips, and the others are given what it found.
 */
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { type Module, SourceTextModule, SyntheticModule } from "node:vm";
import { isTypeScript, type Strip } from "./stripper.ts";

/** JavaScript by the URL of the TypeScript file that it was made of. */
export type StrippedSources = Map<string, string>;

/** The file asks for more than blanks in place of types: tsx has to load it. */
class NeedsTsx extends Error {
  override readonly name = "NeedsTsx";
}

/**
 * What would look for TypeScript later, past this loader and unseen by discovery. That the word may stand in a
 * comment costs some memory and no more.
 */
const LOADS_LATER = /\bimport\s*\(|\brequire\b|\bcreateRequire\b|\bworker_threads\b|\bchild_process\b/;

export class StrippedModules {
  /** Filled by `import`, if what is asked for is not in it. */
  readonly sources: StrippedSources;
  readonly #strip: Strip;
  readonly #modules = new Map<string, Promise<Module>>();

  constructor(sources: StrippedSources, strip: Strip = nobodyStrips) {
    this.sources = sources;
    this.#strip = strip;
  }

  /** Imports a file as `import()` would. One at a time: two must not link a module that they share. */
  async import(url: string): Promise<Record<string, unknown>> {
    const module = await this.#moduleAt(url);
    if (module.status === "unlinked") {
      await module.link((specifier, parent, extra) => this.#link(specifier, parent, extra));
    }
    await module.evaluate();
    return module.namespace as Record<string, unknown>;
  }

  #link(specifier: string, { identifier }: Module, extra: LinkExtra): Promise<Module> {
    const url = typeScriptAt(import.meta.resolve(specifier, identifier));
    return this.#moduleAt(url, extra.attributes ?? extra.assert);
  }

  #moduleAt(url: string, attributes?: Attributes): Promise<Module> {
    const known = this.#modules.get(url);
    if (known !== undefined) return known;
    const module = isTypeScript(url) ? this.#stripped(url) : foreign(url, attributes);
    this.#modules.set(url, module);
    return module;
  }

  async #stripped(url: string): Promise<Module> {
    let source = this.sources.get(url);
    if (source === undefined) {
      source = this.#strip(url);
      if (LOADS_LATER.test(source)) throw new NeedsTsx(`${url} loads modules while it runs`);
      this.sources.set(url, source);
    }
    return new SourceTextModule(source, {
      identifier: url,
      initializeImportMeta(meta) {
        const filename = fileURLToPath(url);
        const resolve = (specifier: string) => import.meta.resolve(specifier, url);
        Object.assign(meta, { dirname: dirname(filename), filename, resolve, url });
      },
    });
  }
}

function nobodyStrips(url: string): never {
  throw new NeedsTsx(`${url} was not imported in discovery`);
}

/** TypeScript lets authors write `./x.js` for the file `x.ts`. */
function typeScriptAt(url: string): string {
  if (!url.startsWith("file:") || existsSync(fileURLToPath(url))) return url;
  const written = url.replace(/js$/, "ts");
  return existsSync(fileURLToPath(written)) ? written : url;
}

/** The attributes of an import statement; Node 20 calls them by their old name. */
interface LinkExtra {
  attributes?: Attributes;
  assert?: Attributes;
}

type Attributes = Record<string, string | undefined>;

/** A module that Node loads itself, with its exports as they are now. */
async function foreign(url: string, attributes: Attributes = {}): Promise<Module> {
  const namespace = await import(url, { with: { ...attributes } as ImportAttributes }) as Record<string, unknown>;
  const names = Object.keys(namespace);
  return new SyntheticModule(names, function (this: SyntheticModule) {
    for (const name of names) this.setExport(name, namespace[name]);
  }, { identifier: url });
}
