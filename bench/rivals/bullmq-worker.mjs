/** BullMQ's worker in a process of its own: an empty handler. */
import { Worker } from "bullmq";
import process from "node:process";
import { serveCount } from "./count-server.mjs";

const worker = new Worker("bench", async () => {}, {
  connection: { host: "127.0.0.1", port: Number(process.env.REDIS_PORT), maxRetriesPerRequest: null },
  // With 10 the worker falls behind what is accepted; 200 gained nothing.
  concurrency: 50,
});

let handled = 0;
// Told once the job is marked completed in Redis.
worker.on("completed", () => handled++);
worker.on("error", (error) => console.error(error));

serveCount(Number(process.env.COUNT_PORT), () => handled);
