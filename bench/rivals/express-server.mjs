/** Express: verify, add the job, answer 202. */
import express from "express";
import process from "node:process";
import { queue } from "./bullmq-queue.mjs";
import { verified } from "./signature.mjs";

const app = express();
app.disable("x-powered-by");
app.disable("etag");

app.post("/webhooks/bench", express.raw({ type: "*/*", limit: "1mb" }), async (request, response) => {
  if (!verified(request.body, request.get("x-webhook-signature"))) {
    response.status(401).json({ error: "bad signature" });
    return;
  }
  // A body that is no JSON is refused before it is queued.
  const data = JSON.parse(request.body.toString());
  const type = request.get("x-event-type") ?? "event";
  await queue.add(type, data, { jobId: request.get("x-idempotency-key") });
  response.status(202).json({ status: "accepted" });
});

app.listen(Number(process.env.PORT), "127.0.0.1");
