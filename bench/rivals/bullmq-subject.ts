/**
 * A web framework in front of BullMQ: one web process, one worker process, one redis-server. A cluster of two web
 * processes gained nothing on two cores (1.11 and 1.02 of one with `always`, 0.96 and 0.87 with `everysec`).
 */
import { join } from "node:path";
import type { RunningSubject, Subject } from "../subject.ts";
import { missingPackages, missingPrograms, nodeVersion, packageVersion, programVersion } from "./installed.ts";
import { freePort, NODE, ProcessGroup, RIVALS_FOLDER, stopAll } from "./process-group.ts";
import { type Appendfsync, REDIS_PROGRAMS, startRedis } from "./redis.ts";
import { BENCH_SECRET } from "../terms.ts";

const PROMISES: Record<Appendfsync, string> = {
  always: "Verified, and the job is in Redis' append-only file, fsynced before the 202.",
  everysec: "Verified, and the job is in Redis' memory; the file is fsynced up to a second later.",
};

const LACKS: Record<Appendfsync, string> = {
  always: "",
  everysec: "A power cut loses the acked events of the last second. ",
};

const ALWAYS_LACKS =
  "The whole backlog rests in memory. An idempotency key is known only while its job is kept (the last " +
  "1000 completed). No order per key. A job that stalls twice is failed for good.";

export function bullmqSubject(framework: "express" | "fastify", appendfsync: Appendfsync): Subject {
  const title = { express: "Express", fastify: "Fastify" }[framework];
  return {
    name: `${framework}-bullmq-${appendfsync}`,
    title: `${title} + BullMQ + Redis (appendfsync ${appendfsync})`,
    promises: PROMISES[appendfsync],
    lacks: LACKS[appendfsync] + ALWAYS_LACKS,
    unavailable: () =>
      Promise.resolve(missingPrograms(REDIS_PROGRAMS) ?? missingPackages(framework, "bullmq", "ioredis")),
    versions: async () => ({
      node: await nodeVersion(),
      [framework]: packageVersion(framework),
      bullmq: packageVersion("bullmq"),
      ioredis: packageVersion("ioredis"),
      redis: await programVersion("redis-server", "--version"),
    }),
    start: (folder) => start(framework, appendfsync, folder),
  };
}

async function start(framework: string, appendfsync: Appendfsync, folder: string): Promise<RunningSubject> {
  const redis = await startRedis(folder, appendfsync);
  const [port, countPort] = [await freePort(), await freePort()];
  const env = {
    REDIS_PORT: String(redis.port),
    PORT: String(port),
    COUNT_PORT: String(countPort),
    SECRET: BENCH_SECRET,
  };
  const run = (name: string) =>
    new ProcessGroup({ name, run: [NODE, join(RIVALS_FOLDER, `${name}.mjs`)], folder, env });
  const worker = run("bullmq-worker");
  const web = run(`${framework}-server`);
  await Promise.all([worker.ready(countPort), web.ready(port)]);
  return {
    url: `http://127.0.0.1:${port}/webhooks/bench`,
    handled: async () => Number(await (await fetch(`http://127.0.0.1:${countPort}/`)).text()),
    stop: () => stopAll([redis.group, worker, web]),
  };
}
