import assert from "node:assert/strict";
import { test } from "node:test";
import { HookdError } from "../../src/errors.ts";
import type { DeadLetter } from "../../src/model.ts";
import type { LetterFilter } from "../../src/ports.ts";
import type { AdminOptions } from "../../src/watch/admin.ts";
import { aLetter } from "../support/a-letter.ts";
import { openAdmin } from "./fake-admin.ts";

/** Open letters in memory, with the functions that take them away. */
function lettersOf(...open: DeadLetter[]) {
  const asked: LetterFilter[] = [];
  const filters: unknown[] = [];
  const take = async (id: string) => open.splice(open.findIndex((letter) => letter.id === id), 1).length > 0;
  const needs: Pick<AdminOptions, "deadLetters" | "redeliver"> = {
    deadLetters: {
      async list(filter) {
        asked.push(filter);
        return { items: open.slice(0, filter.limit), ...(open.length > filter.limit ? { next: "more" } : {}) };
      },
      find: async (id) => open.find((letter) => letter.id === id || letter.event.id === id),
      count: () => open.length,
    },
    redeliver: {
      async retryLetters(filter) {
        filters.push(filter);
        return { retried: open.splice(0).map(({ id }) => id), remaining: 0 };
      },
      retryLetter: take,
      dropLetter: take,
    },
  };
  return { needs, asked, filters, open };
}

test("a listing shows the letters as they stand in the file, their count, and where to go on", async () => {
  const [first, second] = [aLetter(), aLetter()];
  const { needs, asked } = lettersOf(first, second);
  const { ask } = await openAdmin(needs);
  const { status, json } = await ask({ path: "/dlq?limit=1" });
  assert.deepEqual([status, json], [200, { items: [first], count: 2, next: "more" }]);
  assert.equal((await ask({ path: "/dlq?type=order.placed&source=events&cursor=more" })).json.next, null);
  assert.deepEqual(asked, [{ limit: 1 }, { type: "order.placed", source: "events", cursor: "more", limit: 100 }]);
  assert.equal((await ask({ path: "/dlq?state=dead" })).json.code, "invalid_query");
});

test("a letter is shown by its own id or by its event's, without what its headers would give away", async () => {
  const letter = aLetter({
    id: "018bcfe5-6800-7000-8000-0000000000aa.2",
    event: { headers: { authorization: "Bearer canary-5f1c", "content-type": "application/json" } },
  });
  const { ask } = await openAdmin(lettersOf(letter).needs);
  for (const id of [letter.id, letter.event.id]) {
    const { status, json } = await ask({ path: `/dlq/${id}` });
    assert.equal(status, 200);
    assert.deepEqual(json.event.headers, { authorization: "[redacted]", "content-type": "application/json" });
    assert.equal(json.id, letter.id);
  }
  assert.ok(!(await ask({ path: "/dlq" })).text.includes("canary"));
  assert.deepEqual((await ask({ path: "/dlq/nothing" })).json.code, "letter_not_found");
});

test("POST /dlq retries all, or what the body picks, and says what remains", async () => {
  const letters = [aLetter(), aLetter()];
  const { needs, filters } = lettersOf(...letters);
  const { ask, signals } = await openAdmin(needs);
  const all = await ask({ method: "POST", path: "/dlq" });
  assert.deepEqual([all.status, all.json], [200, { retried: letters.map(({ id }) => id), remaining: 0 }]);
  const picked = { type: "order.placed", source: "events", ids: ["a", "b"] };
  await ask({
    method: "POST",
    path: "/dlq",
    headers: ["Content-Type", "application/json"],
    body: JSON.stringify(picked),
  });
  assert.deepEqual(filters, [{}, picked]);
  assert.deepEqual(signals.map((signal) => signal.kind === "admin-acted" && [signal.action, signal.target]), [
    ["retry", "2 letters"],
    ["retry", "0 letters"],
  ]);
});

test("a misspelt or empty pick retries nothing, rather than all", async () => {
  const { needs, filters } = lettersOf(aLetter());
  const { ask } = await openAdmin(needs);
  for (const body of ['{"typ":"order.placed"}', '{"ids":[]}', '{"ids":"a"}', '{"ids":[1]}', '{"type":""}', "[]"]) {
    const told = await ask({ method: "POST", path: "/dlq", headers: ["Content-Type", "application/json"], body });
    assert.deepEqual([told.status, told.json.code], [400, "invalid_body"], body);
  }
  assert.deepEqual(filters, []);
});

test("one letter is retried or dropped, told with its letter id, and then it is gone", async () => {
  const [first, second] = [aLetter(), aLetter()];
  const { needs } = lettersOf(first, second);
  const { ask, signals } = await openAdmin(needs);
  const retried = await ask({ method: "POST", path: `/dlq/${first.event.id}/retry` });
  assert.deepEqual([retried.status, retried.json], [200, { retried: [first.id], remaining: 1 }]);
  const dropped = await ask({ method: "DELETE", path: `/dlq/${second.id}` });
  assert.deepEqual([dropped.status, dropped.json], [200, { dropped: [second.id], remaining: 0 }]);
  for (const [method, path] of [["POST", `/dlq/${first.id}/retry`], ["DELETE", `/dlq/${second.id}`]] as const) {
    const gone = await ask({ method, path });
    assert.deepEqual([gone.status, gone.json.code], [404, "letter_not_found"]);
  }
  assert.deepEqual(signals, [
    { kind: "admin-acted", action: "retry", target: first.id, sourceIp: "127.0.0.1" },
    { kind: "admin-acted", action: "drop", target: second.id, sourceIp: "127.0.0.1" },
  ]);
});

test("the second of two operators finds the letter gone", async () => {
  const letter = aLetter();
  const { needs } = lettersOf(letter);
  const { ask, signals } = await openAdmin({
    ...needs,
    redeliver: { ...needs.redeliver, retryLetter: async () => false },
  });
  assert.equal((await ask({ method: "POST", path: `/dlq/${letter.id}/retry` })).status, 404);
  assert.deepEqual(signals, []);
});

test("a cursor that no page gave out is the caller's mistake, and says so", async () => {
  const { needs } = lettersOf();
  const list = () => Promise.reject(new HookdError("ERR_USAGE", 'No page gave out the cursor "x"'));
  const { ask, signals } = await openAdmin({ deadLetters: { ...needs.deadLetters, list } });
  const { status, json } = await ask({ path: "/dlq?cursor=x" });
  assert.deepEqual([status, json.code, json.error], [400, "invalid_query", 'No page gave out the cursor "x"']);
  assert.deepEqual(signals, []);
});
