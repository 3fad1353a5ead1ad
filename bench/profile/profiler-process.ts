/**
 * Loaded into the process of a measured server, before it: the first SIGUSR2 starts a CPU profile of its main thread, the second writes it to
 * the file that BENCH_PROFILE names.
 */
import { renameSync, writeFileSync } from "node:fs";
import { Session } from "node:inspector";
import process from "node:process";
import { isMainThread } from "node:worker_threads";

/** Microseconds between two samples. */
const SAMPLE_US = 200;

const file = process.env["BENCH_PROFILE"];
if (isMainThread && file !== undefined) {
  const session = new Session();
  session.connect();
  session.post("Profiler.enable");
  session.post("Profiler.setSamplingInterval", { interval: SAMPLE_US });
  process.once("SIGUSR2", () => {
    session.post("Profiler.start");
    process.once("SIGUSR2", () => {
      session.post("Profiler.stop", (error, params) => {
        writeFileSync(`${file}.new`, error === null ? JSON.stringify(params.profile) : "");
        renameSync(`${file}.new`, file);
      });
    });
  });
}
