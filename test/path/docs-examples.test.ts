/**
 * What the docs say is true: each example of a page is carried out as a reader would, in a clone with
 * `hookd serve --dev` running, and has to give what the page shows.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import process from "node:process";
import { describe, it } from "node:test";
import { ExampleOutput } from "../support/example-output.ts";
import { ExampleProject } from "../support/example-project.ts";
import { type CommandStep, readExamples, type Step } from "../support/markdown-examples.ts";

const RUNTIME = process.versions.deno === undefined ? "node" : "deno";
/** Commands that are not run, with the reason. */
const NOT_RUN: Readonly<Record<string, string>> = {
  "npm ci && npm start\n": "a test installs nothing; the daemon of each page is started as `npm start` does it",
  "deno task start\n": "as above",
  'hookd() { node dist/src/main.js "$@"; }\n': "it depends on the runtime, so the test says itself what hookd is",
};
const RELOAD = `kill -HUP "$(grep -o '[0-9]*' data/lock | head -1)"`;

const missing = ["bash", "curl"].filter((tool) => spawnSync(tool, ["--version"]).error !== undefined);
const skip = missing.length > 0 ? `not installed: ${missing.join(", ")}` : false;

const PAGES = [
  "README",
  ...["patterns", "handlers", "verify", "requests", "own-presets", "senders"].map((name) => `docs/${name}`),
];
const pages = new Map(PAGES.map((page) => [`${page}.md`, readExamples(readFileSync(`${page}.md`, "utf8"))]));

for (const [page, steps] of pages) {
  describe(`the examples of ${page}`, { skip }, () => {
    const output = new ExampleOutput();
    let project: ExampleProject;

    it("start with `hookd serve --dev`", async () => void (project = await ExampleProject.start()));
    for (const step of steps) {
      const place = `${page}:${step.line}`;
      it(`${place} ${titleOf(step)}`, { skip: whyNot(step) }, async () => {
        switch (step.kind) {
          case "file":
            return project.write(step.path, step.text);
          case "config":
            return await assertConfig(project, step.text);
          case "command":
            return await assertCommand(step, { project, output, place });
          case "loose":
            assert.fail(`${place} is no example that could be run: give it a command, or a path`);
        }
      });
    }
    if (page === "README.md") addReadmeTests(() => project);
    it("leave a daemon that still runs", () => project.stop());
  });
}

it("each example that is not run stands in some page", () => {
  const commands = [...pages.values()].flat().filter(({ kind }) => kind === "command").map(({ text }) => text);
  assert.deepEqual(Object.keys(NOT_RUN).filter((text) => !commands.includes(text)), []);
});

describe("an example that is no longer true", () => {
  const ID = "01a20d85-7781-7000-ae85-9c41e9c0064a";
  const OTHER_ID = "01a20d85-7b8c-7000-8aa7-bcede81baeba";
  const documented = `200 OK in 2.5 ms\n{\n  "status": "processed",\n  "event_id": "${ID}",\n  "took_ms": 3\n}`;
  const answer = { status: "processed", event_id: OTHER_ID, took_ms: 170 };
  const bad: [what: string, actual: string][] = [
    ["a wrong status", `202 OK in 2.5 ms\n${JSON.stringify(answer)}`],
    ["a wrong member", `200 OK in 2.5 ms\n${JSON.stringify({ ...answer, status: "queued" })}`],
    ["a missing member", `200 OK in 2.5 ms\n${JSON.stringify({ ...answer, took_ms: undefined })}`],
    ["a further member", `200 OK in 2.5 ms\n${JSON.stringify({ ...answer, more: 1 })}`],
    ["a duration that is no number", `200 OK in 2.5 ms\n${JSON.stringify({ ...answer, took_ms: "3" })}`],
    ["an id that is none", `200 OK in 2.5 ms\n${JSON.stringify({ ...answer, event_id: "7" })}`],
    ["a further line", `200 OK in 2.5 ms\n${JSON.stringify(answer)}\nmore`],
    ["a missing line", JSON.stringify(answer)],
  ];
  for (const [what, actual] of bad) {
    it(`is found by ${what}`, () => {
      assert.throws(() => new ExampleOutput().assertSame(documented, actual, "a page"), /a page is not what/);
    });
  }

  it("is found by an id that should have come twice", () => {
    const output = new ExampleOutput();
    output.assertSame(documented, `200 OK in 2.5 ms\n${JSON.stringify(answer)}`, "a page");
    output.assertSame(ID, OTHER_ID, "a page");
    assert.throws(() => output.assertSame(ID, ID, "a page"), /a page is not what/);
  });

  it("is found where a block has nothing to run", () => {
    const kinds = readExamples(
      "```json\n{}\n```\n\n```ts\nconst x = 1;\n```\n\n```sh\na\n```\n\n```text\na\n```\n\n```text\nb\n```\n",
    );
    assert.deepEqual(kinds.map(({ kind }) => kind), ["loose", "loose", "command", "loose"]);
  });
});

function titleOf(step: Step): string {
  switch (step.kind) {
    case "file":
      return `is the file ${step.path}`;
    case "config":
      return "is a configuration without a fault";
    case "command":
      return `prints what it says: ${step.text.split("\n")[0]}`;
    case "loose":
      return "can be run";
  }
}

function whyNot(step: Step): string | false {
  if (step.kind !== "command") return false;
  if (step.runtime !== undefined && step.runtime !== RUNTIME) return `it is for ${step.runtime}`;
  return NOT_RUN[step.text] ?? false;
}

async function assertCommand(
  step: CommandStep,
  { project, output, place }: { project: ExampleProject; output: ExampleOutput; place: string },
): Promise<void> {
  const logged = project.log.length;
  const { code, out, err } = await project.run(step.text);
  if (step.output === undefined) assert.equal(code, 0, out + err);
  else {
    assert.equal(err, "", place);
    output.assertSame(step.output, out, place);
  }
  if (step.log === undefined) return;
  const lines = step.log.trim().split("\n").length;
  output.assertSame(step.log, await project.logged(logged, lines), place);
}

async function assertConfig(project: ExampleProject, yaml: string): Promise<void> {
  project.write("example.yaml", yaml);
  const { out } = await project.run("hookd check --dev --config example.yaml");
  assert.equal(out, "no faults, no warnings in example.yaml and its handlers\n");
}

function addReadmeTests(started: () => ExampleProject): void {
  const example = pages.get("README.md")!.find((step) => step.kind === "command" && step.runtime === "node");
  assert.ok(example?.kind === "command" && example.output !== undefined, "README.md shows the line to paste");
  const documented = example.output;

  it("the lines that `serve --dev` prints are answered as README.md says, and the second time as it says", async () => {
    const project = started();
    const [, send, curl] = project.printed.trim().split("\n\n");
    assert.ok(send !== undefined && curl !== undefined);
    assert.ok(send.endsWith(example.text.slice(example.text.indexOf(" send ")).trim()), send);
    new ExampleOutput().assertSame(documented, (await project.run(send)).out, "README.md");
    const answer = documented.slice(documented.indexOf("{"));
    new ExampleOutput().assertSame(answer, (await project.run(curl)).out, "README.md");
    assert.match((await project.run(curl)).out, /"status":"already_processed"/);
  });

  it("its handler does what its comments say", async () => {
    const project = started();
    const taken: string[] = [];
    const shop = createServer((request, response) => {
      request.setEncoding("utf8").on("data", (text: string) => taken.push(text)).on("end", () => response.end());
    });
    const [host, port] = (await project.replacePort("127.0.0.1:3000")).split(":");
    await new Promise<void>((resolve) => shop.listen(Number(port), host, resolve));
    const [file] = pages.get("README.md")!.filter((step) => step.kind === "file");
    project.write(file!.path, file!.text);
    const before = project.log.length;
    await project.run(RELOAD);
    assert.match(await project.logged(before, 1), /"action":"reloaded"/);
    const placed = await project.run(`hookd send order.placed --data '{"order_id":"o_1","total":25}'`);
    assert.match(placed.out, /^200 OK .*"result":\{"processed":true,"order_id":"o_1"\}/s);
    assert.deepEqual(taken, ['{"order_id":"o_1","total":25}']);
    const refused = await project.run(`hookd send order.placed --data '{"order_id":"o_2","total":-1}'`);
    assert.match(refused.out, /^500 .*"error":"a total is never negative"/s);
    await new Promise((resolve) => shop.close(resolve));
  });
}
