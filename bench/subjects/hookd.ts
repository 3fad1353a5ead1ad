/**
 * hookd itself, the real daemon: `hookd` with an empty TypeScript handler that runs for each event, `hookd-ack` with
 * a handler that never ends in the only slot, so that nothing else is claimed and what is measured is the ack alone.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Subject } from "../subject.ts";
import { BENCH_EVENT_TYPE, BENCH_PATH, BENCH_SECRET } from "../terms.ts";
import { freePort, startChild } from "./child.ts";
import { nameOn, type Runtime } from "./runtime.ts";

const ACK = "The event is verified, on disk (fdatasync) and known by its idempotency key.";

export function hookd(runtime: Runtime): Subject {
  return hookdSubject(runtime, {
    name: "hookd",
    title: "hookd, handled and settled",
    promises: `${ACK} Its handler runs in a worker thread; the outcome is stored too.`,
    lacks: "One machine.",
    handler: "run() {},",
    pool: {},
  });
}

export function hookdAck(runtime: Runtime): Subject {
  return hookdSubject(runtime, {
    name: "hookd-ack",
    title: "hookd, durable ack only",
    promises: ACK,
    lacks: "Here no handler runs (the only slot is held); one machine.",
    handler: 'timeout: "1h", run: () => new Promise(() => {}),',
    pool: { threads: 1, per_thread: 1 },
  });
}

interface HookdOptions extends Pick<Subject, "name" | "title" | "promises" | "lacks"> {
  /** The rest of the handler's definition. */
  handler: string;
  pool: Record<string, unknown>;
}

function hookdSubject(runtime: Runtime, options: HookdOptions): Subject {
  return {
    name: nameOn(runtime, options.name),
    title: runtime.name === "node" ? options.title : `${options.title} (${runtime.name})`,
    promises: options.promises,
    lacks: options.lacks,
    unavailable: async () => runtime.version() === undefined ? `${runtime.name} is not installed` : undefined,
    versions: async () => ({ [runtime.name]: runtime.version() ?? "?" }),
    async start(folder) {
      const [port, adminPort] = [await freePort(), await freePort()];
      const admin = `http://127.0.0.1:${adminPort}`;
      const config = writeProject(folder, { port, adminPort, ...options });
      const { pid, stop } = await startChild([...runtime.command("src/main"), "serve", "--config", config], {
        env: { HOOKD_SECRET: BENCH_SECRET },
        readyUrl: `${admin}/readyz`,
      });
      const url = `http://127.0.0.1:${port}${BENCH_PATH}`;
      // Cheaper for the daemon than a scrape, and counted by the same lines.
      const handled = async () => {
        const stats = await (await fetch(`${admin}/stats`)).json() as { total_processed: number };
        return stats.total_processed;
      };
      return options.name === "hookd" ? { url, pid, handled, stop } : { url, pid, stop };
    },
  };
}

interface Project {
  port: number;
  adminPort: number;
  handler: string;
  pool: Record<string, unknown>;
}

/** Writes a config and a handler; what it does not set are the defaults that users get. */
function writeProject(folder: string, { port, adminPort, handler, pool }: Project): string {
  const handlers = join(folder, "handlers");
  mkdirSync(handlers);
  writeFileSync(
    join(handlers, "bench-event.ts"),
    `import { defineHandler } from "hookd";\n\nexport default defineHandler({ event: "${BENCH_EVENT_TYPE}", ${handler} });\n`,
  );
  const file = join(folder, "hookd.yaml");
  writeFileSync(
    file,
    JSON.stringify({
      listen: `127.0.0.1:${port}`,
      admin: { listen: `127.0.0.1:${adminPort}` },
      data: join(folder, "data"),
      handlers,
      log: { level: "warn" },
      pool,
      limits: { queue: 50_000_000 },
      sources: {
        bench: { path: BENCH_PATH, verify: { preset: "hookd", secrets: ["${env:HOOKD_SECRET}"] }, mode: "ack" },
      },
    }),
  );
  return file;
}
