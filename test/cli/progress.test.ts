import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { mock, test } from "node:test";
import { startProgress } from "../../src/cli/progress.ts";
import { createOutput } from "../../src/cli/terminal.ts";
import { settled } from "../support/fake-clock.ts";

/** As much of a terminal as a bar wants. */
class FakeScreen extends PassThrough {
  readonly isTTY: boolean;
  readonly columns = 80;
  text = "";
  cursorTo = () => true;
  clearLine = () => true;
  moveCursor = () => true;

  constructor(isTTY: boolean) {
    super();
    this.isTTY = isTTY;
    this.on("data", (chunk) => this.text += String(chunk));
  }
}

/** Moves time on, and leaves as many turns as drawing takes. */
async function pass(ms: number): Promise<void> {
  mock.timers.tick(ms);
  await import("cli-progress");
  await settled();
}

async function withTimers(act: () => Promise<void>): Promise<void> {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    await act();
  } finally {
    mock.timers.reset();
  }
}

test("a bar is drawn after a second, not before, with what is done by then", () =>
  withTimers(async () => {
    const screen = new FakeScreen(true);
    const progress = startProgress(10, createOutput(screen, {}));
    progress.step(4);
    await pass(999);
    assert.equal(screen.text, "");
    await pass(1);
    assert.match(screen.text, /=+-+ 4\/10/);
    progress.stop();
  }));

test("where the total is not known, the count is drawn", () =>
  withTimers(async () => {
    const screen = new FakeScreen(true);
    const progress = startProgress(undefined, createOutput(screen, {}));
    progress.step(4000);
    await pass(1000);
    assert.match(screen.text, /4000 done/);
    progress.stop();
  }));

test("what is done within a second shows no bar", () =>
  withTimers(async () => {
    const screen = new FakeScreen(true);
    const progress = startProgress(10, createOutput(screen, {}));
    progress.step(10);
    progress.stop();
    await pass(5000);
    assert.equal(screen.text, "");
  }));

test("a bar that is stopped while it is about to be drawn is not drawn", () =>
  withTimers(async () => {
    const screen = new FakeScreen(true);
    const progress = startProgress(10, createOutput(screen, {}));
    mock.timers.tick(1000);
    progress.stop();
    await pass(1000);
    assert.equal(screen.text, "");
  }));

test("into a pipe there is no bar", () =>
  withTimers(async () => {
    const screen = new FakeScreen(false);
    const progress = startProgress(10, createOutput(screen, {}));
    await pass(5000);
    progress.step();
    progress.stop();
    assert.equal(screen.text, "");
  }));
