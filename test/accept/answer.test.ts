import assert from "node:assert/strict";
import { it } from "node:test";
import {
  alreadyProcessedAnswer,
  type Answer,
  failedAnswer,
  listAnswer,
  processedAnswer,
  queuedAnswer,
  senderProcessedAnswer,
  sentToDlqAnswer,
  temporaryFailureAnswer,
} from "../../src/accept/answer.ts";
import type { ResponseMode } from "../../src/model.ts";

const told = { eventId: "e-1", duplicate: false, publicUrl: undefined, ahead: 3 };
const url = "/webhooks/status/e-1";

const queued: [mode: ResponseMode, body: unknown][] = [
  ["queue", { status: "queued", event_id: "e-1", queue_position: 3 }],
  ["task", { status: "queued", task_id: "e-1" }],
  ["ack", { status: "acknowledged", event_id: "e-1", message: "Webhook received, processing asynchronously" }],
  ["status", { status: "queued", event_id: "e-1", status_url: url }],
  ["sync", { status: "queued", event_id: "e-1", status_url: url }],
  ["sender-retry", { status: "queued", event_id: "e-1", status_url: url }],
];
for (const [mode, body] of queued) {
  it(`what is queued in mode ${mode} is told in the contract's words`, () => {
    const answer = queuedAnswer(mode, told);
    assert.equal(answer.status, 202);
    assert.deepEqual(JSON.parse(answer.body), body);
    assert.equal(answer.headers?.["Location"], "status_url" in (body as object) ? url : undefined);
  });
  it(`a duplicate in mode ${mode} is told as such, without a made-up place in the queue`, () => {
    const { ahead: _, ...duplicate } = { ...told, duplicate: true };
    const { queue_position: __, ...rest } = body as Record<string, unknown>;
    assert.deepEqual(JSON.parse(queuedAnswer(mode, duplicate).body), { ...rest, duplicate: true });
  });
}

it("a list is told by the ids of its events, in the word of its mode", () => {
  const words = { ack: "acknowledged", queue: "queued", task: "queued", status: "queued" } as const;
  for (const [mode, status] of Object.entries(words) as [ResponseMode, string][]) {
    const answer = listAnswer(mode, { eventIds: ["a", "b", "a"], duplicates: 1 });
    assert.equal(answer.status, 202);
    assert.equal(answer.body, `{"status":"${status}","event_ids":["a","b","a"],"count":3,"duplicates":1}`);
  }
});

it("status URLs are absolute where the public URL is known", () => {
  for (const publicUrl of ["https://hooks.example.com/in", "https://hooks.example.com/in/"]) {
    const answer = queuedAnswer("status", { ...told, publicUrl });
    assert.equal(answer.headers?.["Location"], "https://hooks.example.com/in/webhooks/status/e-1");
  }
});

const result = '{"n":12345678901234567890}';
const ended: [what: string, answer: Answer, status: number, body: string][] = [
  [
    "processed",
    processedAnswer({ eventId: "e", key: "k", result, processingMs: 5, duplicate: false }),
    200,
    `{"status":"processed","event_id":"e","idempotency_key":"k","processing_time_ms":5,"result":${result}}`,
  ],
  [
    "processed, sent twice",
    processedAnswer({ eventId: "e", key: "k", result: "null", processingMs: 5, duplicate: true }),
    200,
    '{"status":"processed","event_id":"e","idempotency_key":"k","processing_time_ms":5,"duplicate":true,"result":null}',
  ],
  [
    "processed, sender-retry",
    senderProcessedAnswer({ result, duplicate: false }),
    200,
    `{"status":"processed","result":${result}}`,
  ],
  [
    "processed before, with its result",
    alreadyProcessedAnswer({ key: "k", eventId: "e", result }),
    200,
    `{"status":"already_processed","idempotency_key":"k","event_id":"e","result":${result}}`,
  ],
  [
    "processed before",
    alreadyProcessedAnswer({ key: "k", eventId: "e", result: undefined }),
    200,
    '{"status":"already_processed","idempotency_key":"k","event_id":"e"}',
  ],
  [
    "failed",
    failedAnswer({ eventId: "e", error: 'a "quote"', duplicate: false }),
    500,
    '{"status":"failed","error":"a \\"quote\\"","event_id":"e"}',
  ],
  [
    "failed for now",
    temporaryFailureAnswer({ error: "x", attempt: 2, retryAfterS: 4, duplicate: false }),
    503,
    '{"status":"temporary_failure","error":"x","attempt":2}',
  ],
  [
    "dead",
    sentToDlqAnswer({ error: "x", duplicate: false }),
    200,
    '{"status":"failed","error":"x","sent_to_dlq":true}',
  ],
];
for (const [what, answer, status, body] of ended) {
  it(`what is ${what} is told in the contract's words, the result digit for digit`, () => {
    assert.deepEqual([answer.status, answer.contentType, answer.body], [status, "application/json", body]);
  });
}

it("a temporary failure says when to come back", () => {
  assert.equal(
    temporaryFailureAnswer({ error: "x", attempt: 2, retryAfterS: 4, duplicate: false }).headers?.["Retry-After"],
    "4",
  );
});

it("a copy that waited for a failure is told the failure, and that it is a copy", () => {
  const failed = { error: "x", duplicate: true };
  const bodies = [
    failedAnswer({ ...failed, eventId: "e" }),
    temporaryFailureAnswer({ ...failed, attempt: 1, retryAfterS: 1 }),
    sentToDlqAnswer(failed),
  ].map(({ body }) => JSON.parse(body).duplicate);
  assert.deepEqual(bodies, [true, true, true]);
});
