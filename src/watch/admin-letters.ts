/** Routes for dead letters: list, show, retry all or some or one, drop one. */
import type { DeadLetter } from "../model.ts";
import { type Answer, json, problem } from "./admin-answer.ts";
import { redactOf } from "./admin-events.ts";
import type { AdminNeeds } from "./admin-needs.ts";
import { OPERATIONS } from "./admin-operations.ts";
import { checkBody, checkQuery, LetterQuery, Nothing, RetryFilter } from "./admin-query.ts";
import type { Call, Route } from "./admin-router.ts";
import type { Dropped, Letter, LetterPage, Retried } from "./admin-schemas.ts";
import { letterView } from "./event-view.ts";

/** `:id` is a letter id, or an event id for that event's open letter. */
export function createLetterRoutes(needs: AdminNeeds): Route[] {
  return [
    { method: "GET", path: "/dlq", operation: OPERATIONS.listLetters, answer: (call) => listLetters(call, needs) },
    { method: "POST", path: "/dlq", operation: OPERATIONS.retryLetters, answer: (call) => retryLetters(call, needs) },
    { method: "GET", path: "/dlq/:id", operation: OPERATIONS.showLetter, answer: (call) => showLetter(call, needs) },
    { method: "DELETE", path: "/dlq/:id", operation: OPERATIONS.dropLetter, answer: (call) => dropLetter(call, needs) },
    {
      method: "POST",
      path: "/dlq/:id/retry",
      operation: OPERATIONS.retryLetter,
      answer: (call) => retryLetter(call, needs),
    },
  ];
}

async function listLetters({ search }: Call, { deadLetters, config }: AdminNeeds) {
  const query = checkQuery(LetterQuery, search);
  if (query.kind === "faulty") return query.answer;
  const page = await deadLetters.list({ limit: 100, ...query.value });
  const redact = redactOf(config());
  return json<typeof LetterPage>(200, {
    items: page.items.map((letter) => letterView(letter, redact)),
    count: deadLetters.count(query.value),
    next: page.next ?? null,
  });
}

async function showLetter({ param }: Call, { deadLetters, config }: AdminNeeds) {
  const letter = await deadLetters.find(param);
  return letter === undefined ? letterNotFound() : json<typeof Letter>(200, letterView(letter, redactOf(config())));
}

async function retryLetters({ body, sourceIp }: Call, { redeliver, emit }: AdminNeeds) {
  const filter = checkBody(RetryFilter, body);
  if (filter.kind === "faulty") return filter.answer;
  const { retried, remaining } = await redeliver.retryLetters(filter.value);
  emit({ kind: "admin-acted", action: "retry", target: `${retried.length} letters`, sourceIp });
  return json<typeof Retried>(200, { retried, remaining });
}

async function retryLetter(call: Call, needs: AdminNeeds) {
  return await changeLetter(call, needs, {
    action: "retry",
    change: ({ id }) => needs.redeliver.retryLetter(id),
    answer: ({ id }) => json<typeof Retried>(200, { retried: [id], remaining: needs.deadLetters.count() }),
  });
}

async function dropLetter(call: Call, needs: AdminNeeds) {
  return await changeLetter(call, needs, {
    action: "drop",
    change: ({ id }) => needs.redeliver.dropLetter(id),
    answer: ({ id }) => json<typeof Dropped>(200, { dropped: [id], remaining: needs.deadLetters.count() }),
  });
}

async function changeLetter(
  { param, body, sourceIp }: Call,
  { deadLetters, emit }: AdminNeeds,
  { action, change, answer }: {
    action: "retry" | "drop";
    change(letter: DeadLetter): Promise<boolean>;
    answer(letter: DeadLetter): Answer;
  },
) {
  const nothing = checkBody(Nothing, body);
  if (nothing.kind === "faulty") return nothing.answer;
  const letter = await deadLetters.find(param);
  // Two operators at once: the one who comes second finds it gone, by either way.
  if (letter === undefined || !await change(letter)) return letterNotFound();
  emit({ kind: "admin-acted", action, target: letter.id, sourceIp });
  return answer(letter);
}

function letterNotFound() {
  return problem({ code: "letter_not_found", detail: "No open dead letter has this id" });
}
