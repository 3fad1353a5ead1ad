import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { invocationOf, shellWord, type Start } from "../../src/cli/shell.ts";

const node: Start = {
  execPath: "/usr/bin/node",
  execArgv: [],
  script: "/home/ada/app/dist/src/main.js",
  cwd: "/home/ada/app",
  searchPath: "/usr/local/bin:/usr/bin",
  isDeno: false,
  exists: (file) => file === "/usr/bin/node",
};

for (
  const [what, start, line] of [
    ["node from the folder", {}, "node dist/src/main.js"],
    ["node from elsewhere", { cwd: "/home/ada/other" }, "node /home/ada/app/dist/src/main.js"],
    ["node with a loader", { execArgv: ["--import", "tsx"] }, "node --import tsx dist/src/main.js"],
    ["a node that is not on PATH", { exists: () => false }, "/usr/bin/node dist/src/main.js"],
    [
      "deno that only npm put on PATH",
      {
        isDeno: true,
        execPath: "/home/ada/app/node_modules/deno/deno",
        script: "/home/ada/app/src/main.ts",
        searchPath: "/home/ada/app/node_modules/.bin:/usr/bin",
        exists: (file: string) => file === "/home/ada/app/node_modules/.bin/deno",
      },
      "node_modules/deno/deno run -A src/main.ts",
    ],
    [
      "deno",
      { isDeno: true, script: "/home/ada/app/src/main.ts", exists: (file: string) => file === "/usr/bin/deno" },
      "deno run -A src/main.ts",
    ],
    ["npx", { script: "/home/ada/app/node_modules/.bin/hookd" }, "npx hookd"],
    [
      "an installed hookd",
      { script: "/usr/local/bin/hookd", exists: (file: string) => file === "/usr/local/bin/hookd" },
      "hookd",
    ],
    ["a folder with a space", { cwd: "/", script: "/my apps/main.js" }, "node 'my apps/main.js'"],
  ] as const
) {
  test(`hookd started by ${what} is called again as: ${line}`, () => {
    assert.equal(invocationOf({ ...node, ...start }), line);
  });
}

const words = [
  "plain",
  "",
  "it's",
  `{"a":"$HOME","b":"\`x\`"}`,
  "two words",
  "a\\b\nc",
  "''",
  "!history",
  "~",
  "*",
  "#no-comment",
  "a=b",
];

test("a shell reads every quoted word back as it was", () => {
  const script = `printf '%s\\0' ${words.map(shellWord).join(" ")}`;
  assert.deepEqual(execFileSync("sh", ["-c", script], { encoding: "utf8" }).split("\0").slice(0, -1), words);
});
