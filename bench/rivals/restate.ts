/** Restate: its ingress stores an invocation durably and answers 202; its worker calls our handler over HTTP/2. */
import { join } from "node:path";
import type { RunningSubject, Subject } from "../subject.ts";
import { missingPackages, nodeVersion, packageVersion } from "./installed.ts";
import { freePort, NODE, ProcessGroup, RIVALS_FOLDER, stopAll } from "./process-group.ts";
import { BENCH_SECRET } from "../terms.ts";

const PARTITIONS = 4;
/** Each call goes to a partition by chance; that one of four is left out has a chance of 4 * 0.75^64. */
const CALLS_TO_REACH_ALL_PARTITIONS = 64;

export const restate: Subject = {
  name: "restate",
  title: "Restate (one node)",
  promises:
    "The invocation is in Restate's replicated log, fsynced before the 202, once for each idempotency key (for a day).",
  lacks:
    "The signature is checked in the handler, after the 202: a forged event is stored and acked too. No order per key.",
  shape: { path: "/webhooks/bench/send", idempotencyHeader: "idempotency-key" },
  unavailable: () => Promise.resolve(missingPackages("@restatedev/restate-server", "@restatedev/restate-sdk")),
  versions: async () => ({
    node: await nodeVersion(),
    "restate-server": packageVersion("@restatedev/restate-server"),
    "restate-sdk": packageVersion("@restatedev/restate-sdk"),
  }),
  start,
};

async function start(folder: string): Promise<RunningSubject> {
  const [ingress, admin, node, handler, count] = await freePorts();
  const server = new ProcessGroup({
    name: "restate",
    run: [
      NODE,
      join(RIVALS_FOLDER, "node_modules/@restatedev/restate-server/lib/index.js"),
      "--base-dir",
      join(folder, "restate"),
    ],
    folder,
    env: {
      RESTATE_INGRESS__BIND_ADDRESS: `127.0.0.1:${ingress}`,
      RESTATE_ADMIN__BIND_ADDRESS: `127.0.0.1:${admin}`,
      RESTATE_BIND_ADDRESS: `127.0.0.1:${node}`,
      RESTATE_ADVERTISED_ADDRESS: `http://127.0.0.1:${node}`,
      RESTATE_DISABLE_TELEMETRY: "true",
      // The default of 24 suits clusters; on two cores four of them accept twice as much (1.98 and 2.07 in two runs).
      // Two did as well (0.95 and 1.08 of four), eight less (0.75 and 0.84). Left out, as they gained nothing: larger
      // command batches, no retention of journals, a quieter log, and even no fsync (0.79 and 0.91 of the default).
      RESTATE_DEFAULT_NUM_PARTITIONS: String(PARTITIONS),
    },
  });
  const handlers = new ProcessGroup({
    name: "restate-handler",
    run: [NODE, join(RIVALS_FOLDER, "restate-handler.mjs")],
    folder,
    env: { PORT: String(handler), COUNT_PORT: String(count), SECRET: BENCH_SECRET },
  });
  await Promise.all([server.ready(ingress), server.ready(admin), handlers.ready(handler), handlers.ready(count)]);
  await register(admin, handler);
  await leadersElected(ingress);
  return {
    url: `http://127.0.0.1:${ingress}/webhooks/bench/send`,
    handled: async () => Number(await (await fetch(`http://127.0.0.1:${count}/`)).text()),
    stop: () => stopAll([server, handlers]),
  };
}

async function register(admin: number, handler: number): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${admin}/deployments`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ uri: `http://127.0.0.1:${handler}` }),
  });
  if (!response.ok) throw new Error(`Restate does not take the handler: ${response.status} ${await response.text()}`);
}

/** In its first second or so a partition has no leader, and what is sent to it waits. */
async function leadersElected(ingress: number): Promise<void> {
  const calls = Array.from({ length: CALLS_TO_REACH_ALL_PARTITIONS }, async () => {
    const response = await fetch(`http://127.0.0.1:${ingress}/webhooks/ready`, { method: "POST" });
    if (!response.ok) {
      throw new Error(`Restate does not reach the handler: ${response.status} ${await response.text()}`);
    }
    await response.body?.cancel();
  });
  await Promise.all(calls);
}

async function freePorts(): Promise<[number, number, number, number, number]> {
  return [await freePort(), await freePort(), await freePort(), await freePort(), await freePort()];
}
