/**
 * `hookd serve`: runs the daemon until a signal. The first SIGTERM or SIGINT drains, a second one ends the
 * process at once; SIGHUP takes up a changed configuration.
 */
import type { Command } from "commander";
import { messageOf } from "../errors.ts";
import { CONFIG_FILE } from "./admin-target.ts";
import { examples } from "./listing.ts";
import type { Needs, RunningDaemon } from "./needs.ts";
import { cleanLine } from "./terminal.ts";

interface ServeOptions {
  config: string;
  dev: boolean;
}

export function registerServe(program: Command, needs: Needs): void {
  program.command("serve")
    .description("the daemon: SIGTERM and SIGINT drain, SIGHUP reloads config and handlers")
    .option("--config <file>", "configuration", CONFIG_FILE)
    .option("--dev", "make a secret where none is set, and print lines to try hookd with", false)
    .addHelpText("after", examples("hookd serve --dev", "hookd serve --config /etc/hookd/hookd.yaml"))
    .action((options: ServeOptions) => serve(options, needs));
}

async function serve(options: ServeOptions, needs: Needs): Promise<void> {
  const stopped = onceStopped(needs);
  try {
    const daemon = await needs.startDaemon({ configFile: options.config, dev: options.dev });
    stopped.attach(daemon);
    if (options.dev) await printLines(daemon, options, needs);
    await stopped.promise;
  } finally {
    stopped.release();
  }
  // What handlers left open in their threads must not keep a drained daemon alive.
  needs.exit(0);
}

/**
 * Listens for signals from before the start: one that comes while the daemon starts drains it as soon as it
 * runs, instead of killing it half-way.
 */
function onceStopped({ onSignal, exit, terminal: { err } }: Needs) {
  let daemon: RunningDaemon | undefined;
  let signals = 0;
  let reloading: Promise<void> = Promise.resolve();
  const { promise, resolve, reject } = deferred();
  const drain = () => void daemon?.drain().then(resolve, reject);
  const stop = () => {
    signals += 1;
    if (signals > 1) exit(1);
    else drain();
  };
  const reload = () => {
    const told = (error: unknown) => err.write(`hookd: reload failed, the old stays: ${cleanLine(messageOf(error))}\n`);
    reloading = reloading.then(() => daemon?.reload()).catch(told);
  };
  const releases = [onSignal("SIGTERM", stop), onSignal("SIGINT", stop), onSignal("SIGHUP", reload)];
  return {
    promise,
    attach(started: RunningDaemon) {
      daemon = started;
      if (signals > 0) drain();
    },
    release: () => releases.forEach((release) => release()),
  };
}

function deferred() {
  let resolve: () => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<void>((yes, no) => [resolve, reject] = [yes, no]);
  // A drain may fail before anybody waits for it; whoever waits later still sees it.
  promise.catch(() => {});
  return { promise, resolve, reject };
}

async function printLines(daemon: RunningDaemon, options: ServeOptions, needs: Needs): Promise<void> {
  const { pasteLines } = await import("./paste-lines.ts");
  const { out } = needs.terminal;
  const lines = await pasteLines(daemon, options.config, needs);
  if (lines === undefined) return;
  const where = daemon.devSecret === undefined ? "this folder, with the same environment" : "this folder";
  await out.write(`${out.paint("bold", `Try it, from ${where}:`)}\n\n${lines.send}\n\n${lines.curl}\n\n`);
}
