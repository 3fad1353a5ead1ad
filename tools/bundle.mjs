/**
 * Makes few files of the many that tsc built: hookd's own modules and the libraries that it loads, TypeBox's 700 files
 * among them. Reading them one by one was most of the start and half of the memory (bench/start.ts). What runs
 * must not depend on where a module came to lie: chunks are as deep as the rooms, and each file that looks around
 * itself (`import.meta.url`) finds its place from there.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../", import.meta.url));
const CHUNKS = "dist/src/chunks";
/** What is started or imported by its path; everything else is reached from here. */
const ENTRIES = ["src/main", "src/mod", "src/testing", "src/execute/thread/declare", "workers/main"];
/**
 * They start threads from files of their own, or are found by a path; or they are CommonJS and loaded when they are
 * needed, and a bundle gives such a module another shape than Node does.
 */
const EXTERNAL = ["piscina", "tsx", "swagger-ui-dist", "undici", "cli-progress"];
/** Libraries of CommonJS ask for node's modules with `require`. */
const REQUIRE =
  `import { createRequire as hookdRequire } from "node:module"; const require = hookdRequire(import.meta.url);`;

/** amaro's WebAssembly as a file of its own: as text in its module it cost 27 ms more to load, and a third more space. */
const wasmBesideCode = {
  name: "wasm-beside-code",
  setup({ onLoad }) {
    onLoad({ filter: /node_modules\/amaro\/dist\/internal\.js$/ }, ({ path }) => {
      const code = readFileSync(path, "utf8");
      const [whole, text] = /Buffer2?\.from\(\s*["']([A-Za-z0-9+/=]{100000,})["'],\s*["']base64["']\s*\)/.exec(code) ??
        [];
      if (text === undefined) throw new Error("amaro holds its WebAssembly in another way than it did");
      mkdirSync(`${root}${CHUNKS}`, { recursive: true });
      writeFileSync(`${root}${CHUNKS}/amaro.wasm`, text, "base64");
      const file = 'require.resolve("../chunks/amaro.wasm")';
      return { contents: code.replace(whole, () => `require("node:fs").readFileSync(${file})`) };
    });
  },
};

rmSync(`${root}${CHUNKS}`, { recursive: true, force: true });
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: ENTRIES.map((entry) => `dist/${entry}.js`),
  outbase: "dist",
  outdir: "dist",
  allowOverwrite: true,
  chunkNames: "src/chunks/[name]-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  external: [...EXTERNAL, "*.wasm"],
  sourcemap: "linked",
  sourcesContent: false,
  legalComments: "none",
  banner: { js: REQUIRE },
  metafile: true,
  plugins: [wasmBesideCode],
  logLevel: "warning",
  // A URL that is known at run time only is to stay as it is.
  logOverride: { "unsupported-dynamic-import": "silent" },
});
writeFileSync(`${root}${CHUNKS}/LICENSES.txt`, licences(Object.keys(metafile.inputs)));

/** The licences of all packages of which code came into the bundle: they ask for no more, and for no less. */
function licences(inputs) {
  const folders = new Set(inputs.map((input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0]));
  folders.delete(undefined);
  return [...folders].sort((a, b) => a < b ? -1 : 1).map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(`${root}${folder}/package.json`, "utf8"));
    const file = ["LICENSE", "LICENSE.md", "LICENSE.txt", "license", "LICENCE"]
      .map((each) => `${root}${folder}/${each}`).find(existsSync);
    return `${name} ${version} (${license})\n\n${file === undefined ? "" : readFileSync(file, "utf8")}`;
  }).join(`\n${"-".repeat(80)}\n\n`);
}
