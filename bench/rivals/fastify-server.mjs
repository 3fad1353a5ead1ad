/** Fastify: verify, add the job, answer 202. */
import Fastify from "fastify";
import process from "node:process";
import { queue } from "./bullmq-queue.mjs";
import { verified } from "./signature.mjs";

const app = Fastify({ logger: false, bodyLimit: 1_048_576 });
// The raw bytes are what is signed.
app.removeAllContentTypeParsers();
app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));

app.post("/webhooks/bench", {
  schema: { response: { "2xx": { type: "object", properties: { status: { type: "string" } } } } },
}, async (request, reply) => {
  if (!verified(request.body, request.headers["x-webhook-signature"])) {
    return reply.code(401).send({ error: "bad signature" });
  }
  // A body that is no JSON is refused before it is queued.
  const data = JSON.parse(request.body.toString());
  const type = request.headers["x-event-type"] ?? "event";
  await queue.add(type, data, { jobId: request.headers["x-idempotency-key"] });
  return reply.code(202).send({ status: "accepted" });
});

await app.listen({ port: Number(process.env.PORT), host: "127.0.0.1" });
