/** The queue that the Express and the Fastify server share: one job for each idempotency key. */
import { Queue } from "bullmq";
import { Redis } from "ioredis";
import process from "node:process";

const connection = new Redis({
  host: "127.0.0.1",
  port: Number(process.env.REDIS_PORT),
  // As BullMQ's docs advise for producers: a request fails while Redis is away, rather than wait.
  enableOfflineQueue: false,
  maxRetriesPerRequest: 1,
  lazyConnect: true,
  // Left out: enableAutoPipelining, which gained nothing (0.83 and 1.05 of the rate without it in two runs).
});
await connection.connect();

export const queue = new Queue("bench", {
  connection,
  // As the docs call good practice. An idempotency key is known for as long as its job is kept; `true`, which keeps
  // none, was no faster beyond noise (1.00 and 1.09 in two runs).
  defaultJobOptions: { removeOnComplete: 1000, removeOnFail: 5000 },
});
await queue.waitUntilReady();
