/** The habits of the house, held by a test. Each rule is also shown a bad sample, which it must find. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PROBLEMS } from "../src/accept/problem.ts";
import { ERROR_HINTS } from "../src/errors.ts";
import { addressFaults } from "./tidy/addresses.ts";
import { codeText } from "./tidy/code-text.ts";
import { errorCodeFaults, problemCodeFaults } from "./tidy/error-codes.ts";
import { importFaults } from "./tidy/imports.ts";
import { layoutFaults } from "./tidy/layout.ts";
import { manifestFaults } from "./tidy/manifests.ts";
import { markdownFaults } from "./tidy/markdown.ts";
import { readTree, type SourceFile } from "./tidy/source-tree.ts";
import { wordFaults } from "./tidy/words.ts";

const tree = readTree();

type Rule = (files: readonly SourceFile[]) => string[];

/** Asserts that the rule finds exactly one fault in a tree of one file. */
function finds(rule: Rule, path: string, text: string, fault: RegExp): void {
  const faults = rule([{ path, text }]);
  assert.equal(faults.length, 1, `one fault in ${text}, found ${JSON.stringify(faults)}`);
  assert.match(faults[0] ?? "", fault);
}

describe("the tree", () => {
  it("was read", () => assert.ok(tree.some(({ path }) => path === "src/model.ts")));
  it("imports one way, and each library from its home", () => assert.deepEqual(importFaults(tree), []));
  it("names, opens, bounds and mirrors its files", () => assert.deepEqual(layoutFaults(tree), []));
  it("uses one word for one thing, and reads the world in one place", () => assert.deepEqual(wordFaults(tree), []));
  it("names no registry and no machine's folder", () => assert.deepEqual(addressFaults(tree), []));
  it("documents, raises and tests each error code", () => {
    assert.deepEqual(errorCodeFaults(tree, Object.keys(ERROR_HINTS)), []);
  });
  it("documents each problem code with its status", () => {
    const statuses = Object.fromEntries(Object.entries(PROBLEMS).map(([code, [status]]) => [code, status]));
    assert.deepEqual(problemCodeFaults(tree, statuses), []);
  });
  it("has one title in each document, and no dead link", () => assert.deepEqual(markdownFaults(tree), []));
  it("says the same in package.json, deno.json and the lockfiles", () => assert.deepEqual(manifestFaults(tree), []));
});

describe("an import", () => {
  const bad: [path: string, text: string, fault: RegExp][] = [
    ["src/model.ts", 'import { Clock } from "./ports.ts";', /may not import src\/ports\.ts/],
    ["src/ports.ts", 'import type { Journal } from "./store/journal.ts";', /may not import src\/store/],
    ["src/accept/accept.ts", 'import { decide } from "../settle/decide.ts";', /may not import src\/settle/],
    ["src/accept/accept.ts", 'import type { Pool } from "../execute/pool.ts";', /may not import src\/execute/],
    ["src/accept/accept.ts", 'const x = await import("../watch/log.ts");', /may not import src\/watch/],
    ["src/store/memory.ts", 'export * from "../config/load-config.ts";', /may not import src\/config\/load-config/],
    ["src/daemon/daemon.ts", 'import { table } from "../cli/terminal.ts";', /may not import src\/cli/],
    ["src/mod.ts", 'export { startDaemon } from "./daemon/daemon.ts";', /may not import src\/daemon/],
    ["src/attic/old.ts", 'import { x } from "../model.ts";', /no place in the order of imports/],
    ["workers/main.ts", 'import { HandlerPool } from "../src/execute/pool.ts";', /may not import src\/execute\/pool/],
    ["src/execute/thread/declare.ts", 'import type { Clock } from "../../ports.ts";', /may not import src\/ports/],
    ["workers/handlers/a.ts", 'import { Type } from "typebox";', /only "hookd"/],
    ["workers/handlers/a.ts", 'import { Type } from "../../src/mod.ts";', /may not import src\/mod/],
    ["src/accept/accept.ts", 'import fastq from "fastq";', /only in src\/dispatch/],
    ["src/dispatch/slots.ts", 'import { Piscina } from "piscina";', /only in src\/execute/],
    ["src/store/a.ts", 'import {\n  one,\n  two,\n} from "undici/index.js";', /only in src\/sender/],
  ];
  for (const [path, text, fault] of bad) {
    it(`is found: ${text.split("\n")[0]}`, () => finds(importFaults, path, text, fault));
  }

  it("is allowed down and within a room, and is not looked for in comments and strings", () => {
    const good: [string, string][] = [
      ["src/ports.ts", 'import type { Event } from "./model.ts";'],
      ["src/accept/accept.ts", 'import { verify } from "./verify.ts"; import { messageOf } from "../errors.ts";'],
      ["src/daemon/daemon.ts", 'import { Journal } from "../store/journal/journal.ts";'],
      ["workers/main.ts", 'import type { Failure } from "../src/model.ts";'],
      ["src/store/a.ts", '// import { x } from "../accept/accept.ts";\nimport { join } from "node:path";'],
      ["src/store/a.ts", 'const text = `import x from "../accept/accept.ts"`.length;'.replaceAll('"', "'")],
    ];
    for (const [path, text] of good) assert.deepEqual(importFaults([{ path, text }]), []);
  });
});

describe("a file", () => {
  const header = "/** What it is for. */\n";
  const bad: [path: string, text: string, fault: RegExp][] = [
    ["tools/makeThings.mjs", "", /kebab-case/],
    ["tools/index.mjs", "", /"index" says nothing/],
    ["test/support/http-utils.ts", "", /"utils" says nothing/],
    ["workers/handlers/long.ts", "x;\n".repeat(251), /251 lines/],
    ["workers/main.ts", "import fs;", /opens with/],
    ["workers/main.ts", `/**\n${" * words\n".repeat(7)} */`, /7 lines/],
    ["src/accept/untested.ts", header, /has no test\/accept\/untested\.test\.ts/],
    ["test/accept/nothing.test.ts", "", /mirrors no source/],
  ];
  for (const [path, text, fault] of bad) {
    it(`is found: ${path}, ${fault}`, () => finds(layoutFaults, path, text, fault));
  }

  it("passes with a name, a header, a mirror and a bound", () => {
    const tested = [{ path: "src/a/b-c.ts", text: header }, { path: "test/a/b-c.test.ts", text: "" }];
    assert.deepEqual(layoutFaults(tested), []);
    assert.deepEqual(layoutFaults([{ path: "workers/main.ts", text: `#!/usr/bin/env node\n${header}` }]), []);
  });
});

describe("a word", () => {
  const bad: [path: string, text: string, fault: RegExp][] = [
    ["src/accept/accept.ts", 'const x = process.env.HOME; import process from "node:process";', /environment/],
    ["src/store/memory.ts", "const now = Date.now();", /Clock/],
    ["workers/handlers/a.ts", "const now = new Date();", /Clock/],
    ["src/settle/backoff.ts", "const wait = Math.random() * 2;", /Random/],
    ["src/settle/backoff.ts", "const text = `${Math.random()}`;", /Random/],
    ["src/accept/accept.ts", "const rawPayload = body;", /"body"/],
    ["src/accept/accept.ts", "const providers = [];", /"source"/],
    ["src/store/memory.ts", "function dedupe() {}", /"duplicate"/],
    ["test/a.test.ts", "it.only('x', () => {});", /whole suite/],
    ["src/a.ts", "// TODO: later", /name the issue/],
    ["src/a.ts", "process.exit(1);", /imported from "node:process"/],
    ["src/a.ts", "Buffer.from('x');", /imported from "node:buffer"/],
  ];
  for (const [path, text, fault] of bad) it(`is found: ${text}`, () => finds(wordFaults, path, text, fault));

  it("passes in comments, in strings and where it belongs", () => {
    const good: [string, string][] = [
      ["src/accept/accept.ts", '// the provider sends a payload\nconst text = "payload";'],
      ["src/clock.ts", "const now = Date.now();"],
      ["src/settle/a.ts", "const at = new Date(delivery.at);"],
      ["src/a.ts", "// TODO(#12): later"],
      ["src/a.ts", 'import { Buffer } from "node:buffer"; Buffer.from("x"); child.process.exit();'],
    ];
    for (const [path, text] of good) assert.deepEqual(wordFaults([{ path, text }]), []);
  });
});

describe("an address", () => {
  it("of a registry is found", () => {
    finds(
      addressFaults,
      "package-lock.json",
      `"resolved": "https://${["registry", "npmjs", "org"].join(".")}/a"`,
      /names/,
    );
  });
  for (const folder of ["work/main/x", "root/x"]) {
    it(`of a machine is found: ${folder}`, () => finds(addressFaults, "README.md", `see "/${folder}"`, /names/));
  }
  it("passes when it is relative, a route or a standard folder", () => {
    const text = "./work/x  https://example.com/work/x  /workers/handlers  /etc/hookd  /var/lib/hookd";
    assert.deepEqual(addressFaults([{ path: "README.md", text }]), []);
  });
});

describe("an error code", () => {
  const errors = { path: "src/errors.ts", text: "ERR_ONE" };
  const raised = { path: "src/daemon/daemon.ts", text: 'new HookdError("ERR_ONE", "x")' };
  const tested = { path: "test/daemon/daemon.test.ts", text: '"ERR_ONE"' };
  const docs = { path: "docs/errors.md", text: "# Errors\n| `ERR_ONE` | when | what |\n" };
  const faults = (...files: SourceFile[]) => errorCodeFaults([errors, ...files], ["ERR_ONE"]);

  it("passes when it is documented, raised and tested", () => assert.deepEqual(faults(raised, tested, docs), []));
  it("without a row is found", () => assert.match(faults(raised, tested).join(), /no row for ERR_ONE/));
  it("that nothing raises is found", () => assert.match(faults(tested, docs).join(), /nothing raises ERR_ONE/));
  it("without a test is found", () => assert.match(faults(raised, docs).join(), /no test meets ERR_ONE/));
  it("that exists in the docs only is found", () => {
    const stale = { ...docs, text: `${docs.text}| \`ERR_TWO\` | when | what |\n` };
    assert.match(faults(raised, tested, stale).join(), /ERR_TWO is no code/);
  });
});

describe("a problem code", () => {
  const docs = { path: "docs/errors.md", text: "# Errors\n| `not_found` | 404 | when |\n" };

  it("passes when its row has its status", () => assert.deepEqual(problemCodeFaults([docs], { not_found: 404 }), []));
  it("without a row is found", () =>
    assert.match(problemCodeFaults([docs], { not_found: 404, gone: 410 }).join(), /gone/));
  it("with another status is found", () => assert.match(problemCodeFaults([docs], { not_found: 403 }).join(), /403/));
  it("that is none is found", () => assert.match(problemCodeFaults([docs], {}).join(), /not_found is no problem code/));
});

describe("a document", () => {
  const bad: [text: string, fault: RegExp][] = [
    ["no title", /0 titles/],
    ["# One\n\n# Two\n", /2 titles/],
    ["# One\n[gone](docs/gone.md)", /leads nowhere/],
    ["# One\n[here](#two)", /no heading #two/],
  ];
  for (const [text, fault] of bad) {
    it(`is found: ${JSON.stringify(text)}`, () => finds(markdownFaults, "README.md", text, fault));
  }
  it("passes with one title and live links, whatever its code says", () => {
    const text =
      "# One\n## A `b`, c\n[a](#a-b-c) [b](docs/b.md#b) [c](docs) [d](https://example.com)\n```sh\n# no title\n```\n";
    assert.deepEqual(markdownFaults([{ path: "README.md", text }, { path: "docs/b.md", text: "# B" }]), []);
  });
});

describe("a manifest", () => {
  /** The real tree with one text replaced. */
  function without(path: string, from: string, to: string): string {
    const changed = tree.map((file) => file.path === path ? { path, text: file.text.replace(from, to) } : file);
    assert.notDeepEqual(changed, tree, `${path} holds ${from}`);
    return manifestFaults(changed).join("\n");
  }

  it("that maps an entry point elsewhere is found", () => {
    assert.match(without("deno.json", "./src/testing.ts", "./src/other.ts"), /imports\["hookd\/testing"\]/);
    assert.match(without("tsconfig.json", "./src/mod.ts", "./src/other.ts"), /paths\["hookd"\]/);
  });
  it("whose task runs something else is found", () => {
    assert.match(without("deno.json", "serve --dev", "serve"), /the task "start"/);
    assert.match(without("package.json", "node test/run.mjs", "node test/other.mjs"), /the task "test"/);
  });
  it("whose lockfile is behind is found", () => {
    assert.match(without("package.json", '"piscina": "^', '"piscina": "^9'), /package-lock\.json: piscina differs/);
    assert.match(without("deno.lock", "npm:yaml@", "npm:yamls@"), /deno\.lock: yaml is not locked/);
  });
});

describe("code without its comments and strings", () => {
  const cases: [text: string, kept: string][] = [
    ['a("x"); // y', "a( ); "],
    ['a(/[/"]+/g, b / c / d);', "a( g, b / c / d);"],
    ["`a ${b + `c ${d}` + e} f`", " b + d + e "],
    ["`${{ a: 1 }.a}` + 'it\\'s'", " { a: 1 }.a + "],
    ["/* a\nb */ c", " \n c"],
  ];
  for (const [text, kept] of cases) {
    it(`keeps the rest in place: ${JSON.stringify(text)}`, () => {
      const code = codeText(text, { strings: "drop" });
      assert.equal(code.replace(/ +/g, " "), kept);
      assert.equal(code.length, text.length);
    });
  }
});
