/** Strips types: blanks take their place, so that lines and columns stay. With amaro, the stripper of Node itself. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";

/** Gives the JavaScript of the TypeScript file at a URL; throws where the file has a fault or asks for more. */
export type Strip = (url: string) => string;

/** Whether the types of the module at a URL are to be stripped: as Node does, not those of packages. */
export function isTypeScript(url: string): boolean {
  return url.startsWith("file:") && /\.m?ts$/.test(url) && !url.includes("/node_modules/");
}

/** What we use of amaro. */
interface Amaro {
  transformSync(source: string, options: { mode: "strip-only"; filename: string }): { code: string };
}

/** V8's own, and one that no stripper uses up. */
const BUDGET = 1_800_000;
const BUDGET_WITHOUT_END = 100_000_000;

export async function loadStripper(): Promise<Strip> {
  // V8 would compile amaro's busiest functions a second time, better, on all cores: for nine small files that took
  // 40 ms or more of the start, and 10 MB that stayed after the thread had gone. A module keeps the budget that it
  // was born with.
  setFlagsFromString(`--wasm-tiering-budget=${BUDGET_WITHOUT_END}`);
  const amaro = await import("amaro") as Amaro & { default?: Amaro };
  setFlagsFromString(`--wasm-tiering-budget=${BUDGET}`);
  // It is CommonJS: whoever loads it decides under which name.
  const { transformSync } = amaro.default ?? amaro;
  return (url) => transformSync(readFileSync(fileURLToPath(url), "utf8"), { mode: "strip-only", filename: url }).code;
}
