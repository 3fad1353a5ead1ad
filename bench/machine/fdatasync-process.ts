/**
 * The floor of every durable ack: appends 64 KB and calls fdatasync, over and over, alone. Prints one line of JSON.
 *
 *   node dist/bench/machine/fdatasync-process.js FOLDER SECONDS
 */
import { Buffer } from "node:buffer";
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import process from "node:process";
import { Latencies } from "../load/latencies.ts";

const [folder = ".", seconds = "2"] = process.argv.slice(2);
const BYTES = Buffer.alloc(64 * 1024, "hookd");
const path = join(folder, "fdatasync.probe");
const file = openSync(path, "w");
const latencies = new Latencies();
const end = performance.now() + Number(seconds) * 1000;
for (let startedAt = performance.now(); startedAt < end; startedAt = performance.now()) {
  writeSync(file, BYTES);
  fdatasyncSync(file);
  latencies.record(performance.now() - startedAt);
}
closeSync(file);
rmSync(path);
console.log(JSON.stringify(latencies.summary()));
