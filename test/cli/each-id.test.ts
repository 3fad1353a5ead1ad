import assert from "node:assert/strict";
import { test } from "node:test";
import { forEachId } from "../../src/cli/each-id.ts";
import { ExitCode } from "../../src/cli/exit-code.ts";
import { type ErrorCode, HookdError } from "../../src/errors.ts";
import { recordedNeeds } from "../support/recorded-needs.ts";

/** Acts on each id; those that are codes of errors fail with them. */
async function run(ids: string[], { json = false } = {}) {
  const needs = recordedNeeds();
  const done: string[] = [];
  const act = (id: string) => {
    done.push(id);
    return id.startsWith("ERR_")
      ? Promise.reject(new HookdError(id as ErrorCode, "it\nfailed"))
      : Promise.resolve({ n: 1 });
  };
  const error: unknown = await forEachId(ids, { act, tell: (id, { n }) => `${id} did ${n}`, json }, needs).then(
    () => undefined,
    (error: unknown) => error,
  );
  return { error, done, out: needs.out() };
}

test("each id has its line, and none that failed means no error", async () => {
  assert.deepEqual(await run(["a", "b"]), { error: undefined, done: ["a", "b"], out: "a did 1\nb did 1\n" });
});

for (const code of ["ERR_NOT_FOUND", "ERR_USAGE"]) {
  test(`${code} is about one id: the others are done, and the exit code is 1`, async () => {
    const { error, done, out } = await run(["a", code, "b"]);
    assert.ok(error instanceof ExitCode && error.code === 1);
    assert.deepEqual(done, ["a", code, "b"]);
    assert.equal(out, `a did 1\n${code}: it\\nfailed\nb did 1\n`);
  });
}

for (const code of ["ERR_ADMIN_REFUSED", "ERR_ADMIN_UNREACHABLE", "ERR_ADMIN_FAILED"]) {
  test(`${code} would meet every id: it ends the command, and what was done before is told`, async () => {
    const { error, done, out } = await run(["a", code, "b"]);
    assert.ok(error instanceof HookdError && error.code === code);
    assert.deepEqual(done, ["a", code]);
    assert.equal(out, "a did 1\n");
  });
}

test("as JSON each line is a document", async () => {
  const { out } = await run(["a", "ERR_NOT_FOUND"], { json: true });
  assert.deepEqual(out.trimEnd().split("\n").map((line) => JSON.parse(line)), [
    { id: "a", n: 1 },
    { id: "ERR_NOT_FOUND", error: "it\nfailed" },
  ]);
});
