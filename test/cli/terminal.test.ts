import assert from "node:assert/strict";
import { Writable } from "node:stream";
import { test } from "node:test";
import { cleanLine, cleanText, createOutput, wantsColour } from "../../src/cli/terminal.ts";

for (
  const [isTerminal, env, wanted] of [
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: "1" }, false],
    [true, { NO_COLOR: "" }, true],
    [true, { NO_COLOR: "1", FORCE_COLOR: "1" }, false],
    [false, { FORCE_COLOR: "1" }, true],
    [true, { FORCE_COLOR: "0" }, false],
    [true, { TERM: "dumb" }, false],
  ] as const
) {
  test(`colour is ${wanted ? "on" : "off"} ${isTerminal ? "on a terminal" : "into a pipe"} with ${JSON.stringify(env)}`, () => {
    assert.equal(wantsColour(isTerminal, env), wanted);
  });
}

test("paint leaves text alone where there is no colour", () => {
  const stream = () => new Writable({ write: (_chunk, _encoding, done) => done() });
  assert.equal(createOutput(stream(), {}).paint("red", "no"), "no");
  assert.equal(createOutput(stream(), { FORCE_COLOR: "1" }).paint("red", "no"), "\x1b[31mno\x1b[39m");
});

test("write waits until a full stream has room again", async () => {
  const chunks: string[] = [];
  let makeRoom = () => {};
  const stream = new Writable({
    highWaterMark: 1,
    decodeStrings: false,
    write(chunk, _encoding, done) {
      chunks.push(chunk);
      makeRoom = done;
    },
  });
  let isWritten = false;
  const written = createOutput(stream, {}).write("some text").then(() => isWritten = true);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(isWritten, false);
  makeRoom();
  await written;
  assert.deepEqual(chunks, ["some text"]);
});

test("what a sender chose cannot steer the terminal", () => {
  assert.equal(cleanLine("a\x1b[2Jb\r\n\tc\x9b\x07\u202e"), "a\\x1b[2Jb\\r\\n\\tc\\x9b\\x07\\u202e");
  assert.equal(cleanLine("Zoë ☃ 🎉"), "Zoë ☃ 🎉");
  assert.equal(cleanText("one\n\ttwo\x1b]0;title\x07"), "one\n  two\\x1b]0;title\\x07");
});
