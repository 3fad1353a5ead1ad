#!/usr/bin/env node
/**
 * The `hookd` command: joins the command line with this process and with the daemon. What a command does not
 * need is not loaded: `hookd dlq list` starts without the daemon's libraries.
 */
import { existsSync } from "node:fs";
import process from "node:process";
import type { Needs } from "./cli/needs.ts";
import { runProgram } from "./cli/program.ts";
import { invocationOf } from "./cli/shell.ts";
import { createOutput } from "./cli/terminal.ts";
import { packageVersion } from "./version.ts";

const needs: Needs = {
  terminal: { out: createOutput(process.stdout, process.env), err: createOutput(process.stderr, process.env) },
  env: process.env,
  version: packageVersion(),
  invocation: invocationOf({
    execPath: process.execPath,
    execArgv: process.execArgv,
    script: process.argv[1] ?? "hookd",
    cwd: process.cwd(),
    searchPath: process.env.PATH ?? "",
    isDeno: process.versions.deno !== undefined,
    exists: existsSync,
  }),
  async loadConfig(file, { devSecret }) {
    const [{ loadConfig }, { PRESET_NAMES }] = await Promise.all([
      import("./config/load-config.ts"),
      import("./presets/registry.ts"),
    ]);
    return (await loadConfig(file, { env: process.env, presets: PRESET_NAMES, devSecret })).config;
  },
  async checkProject(file, options) {
    const { checkProject } = await import("./daemon/check-project.ts");
    return await checkProject(file, options);
  },
  async verifySignature(captured) {
    const { judge } = await import("./accept/signature/explain/explain.ts");
    return await judge(captured);
  },
  async explainSignature(captured) {
    const { explain } = await import("./accept/signature/explain/explain.ts");
    return await explain(captured);
  },
  async readStdin(bytesMax) {
    if (process.stdin.isTTY) return undefined;
    const { readStreamUpTo } = await import("./config/read-up-to.ts");
    return await readStreamUpTo(process.stdin, bytesMax);
  },
  async startDaemon(options) {
    // On another core, while the daemon's modules load here: 100 ms of a start.
    const { startDiscoveryThread } = await import("./execute/discovery-thread.ts");
    const thread = startDiscoveryThread();
    const { startDaemon } = await import("./daemon/daemon.ts");
    return await startDaemon({ ...options, thread });
  },
  onSignal(name, callback) {
    process.on(name, callback);
    return () => void process.off(name, callback);
  },
  exit: (code) => process.exit(code),
};

// A reader that has seen enough (`hookd dlq export | head`) is no failure.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
}

// Not process.exit: what was written to a pipe has to get there first.
process.exitCode = await runProgram(process.argv.slice(2), needs);
