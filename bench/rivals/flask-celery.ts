/** The reference pattern: Flask under gunicorn sends a task to Celery through Redis, and answers 202. */
import { execFile } from "node:child_process";
import { cpus } from "node:os";
import { promisify } from "node:util";
import type { RunningSubject, Subject } from "../subject.ts";
import { missingModules, missingPrograms, programVersion, PYTHON, pythonVersions } from "./installed.ts";
import { freePort, ProcessGroup, RIVALS_FOLDER, stopAll, until } from "./process-group.ts";
import { type Appendfsync, REDIS_PROGRAMS, startRedis } from "./redis.ts";
import { BENCH_SECRET } from "../terms.ts";

const execute = promisify(execFile);

/**
 * What gunicorn's docs call a good start. Its default workers (sync) close each connection after the answer, and are
 * faster all the same: gthread, which keeps them open, took 0.90 and 0.95 of their rate.
 */
const WEB_WORKERS = 2 * cpus().length + 1;

const MODULES = {
  flask: "python3-flask",
  gunicorn: "gunicorn",
  celery: "python3-celery",
  redis: "python3-redis",
};

export const flaskCeleryAlways = flaskCelery("always");
export const flaskCeleryEverysec = flaskCelery("everysec");

function flaskCelery(appendfsync: Appendfsync): Subject {
  const synced = appendfsync === "always";
  return {
    name: `flask-celery-${appendfsync}`,
    title: `Flask + gunicorn + Celery + Redis (appendfsync ${appendfsync})`,
    promises: synced
      ? "Verified, and the task is in Redis' append-only file, fsynced before the 202."
      : "Verified, and the task is in Redis' memory; the file is fsynced up to a second later.",
    lacks: (synced ? "" : "A power cut loses the acked events of the last second. ") +
      "An idempotency key seen before is run again. The whole backlog rests in memory. No order per key. What a dead " +
      "worker held is run again only after the visibility timeout (1 hour).",
    unavailable: async () =>
      missingPrograms({ ...REDIS_PROGRAMS, "redis-cli": "redis-tools" }) ?? await missingModules(MODULES),
    versions: async () => ({
      ...await pythonVersions(...Object.keys(MODULES)),
      "redis-server": await programVersion("redis-server", "--version"),
    }),
    start: (folder) => start(appendfsync, folder),
  };
}

async function start(appendfsync: Appendfsync, folder: string): Promise<RunningSubject> {
  const redis = await startRedis(folder, appendfsync);
  const port = await freePort();
  const env = {
    REDIS_PORT: String(redis.port),
    SECRET: BENCH_SECRET,
    PYTHONPATH: RIVALS_FOLDER,
    PYTHONDONTWRITEBYTECODE: "1",
  };
  const celery = new ProcessGroup({
    name: "celery",
    run: [PYTHON, "-m", "celery", "-A", "celery_tasks", "worker", "--loglevel", "WARNING"],
    folder,
    env,
  });
  const web = new ProcessGroup({
    name: "gunicorn",
    run: [
      PYTHON,
      "-m",
      "gunicorn",
      "--workers",
      String(WEB_WORKERS),
      "--bind",
      `127.0.0.1:${port}`,
      "flask_server:app",
    ],
    folder,
    env,
  });
  const count = async () => (await execute("redis-cli", ["-p", String(redis.port), "GET", "handled"])).stdout.trim();
  await web.ready(port);
  await until(async () => await count() !== "", "Celery's worker");
  return {
    url: `http://127.0.0.1:${port}/webhooks/bench`,
    handled: async () => Number(await count()),
    stop: () => stopAll([redis.group, celery, web]),
  };
}
