import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { mock, test } from "node:test";
import { startProgress } from "../../src/cli/progress.ts";
import { createOutput } from "../../src/cli/terminal.ts";

/** As much of a terminal as a bar wants. */
class FakeScreen extends PassThrough {
  readonly isTTY = true;
  readonly columns = 80;
  cursorTo = () => true;
  clearLine = () => true;
  moveCursor = () => true;
  /** Resolves when something is drawn. */
  readonly drawn = new Promise<string>((resolve) => this.once("data", (chunk) => resolve(String(chunk))));
}

test("a bar is drawn after a second, not before", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const screen = new FakeScreen();
  const progress = startProgress(10, createOutput(screen, {}));
  progress.step(4);
  mock.timers.tick(999);
  assert.equal(screen.readableLength, 0);
  mock.timers.tick(1);
  mock.timers.reset();
  await screen.drawn;
  progress.stop();
});

test("what is done within a second shows no bar", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const screen = new FakeScreen();
  const progress = startProgress(10, createOutput(screen, {}));
  progress.step(10);
  progress.stop();
  mock.timers.tick(5000);
  mock.timers.reset();
  assert.equal(screen.readableLength, 0);
});

test("into a pipe there is no bar, and nothing waits for one", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const stream = new PassThrough();
  const progress = startProgress(10, createOutput(stream, {}));
  mock.timers.tick(5000);
  progress.step();
  progress.stop();
  mock.timers.reset();
  assert.equal(stream.readableLength, 0);
});
