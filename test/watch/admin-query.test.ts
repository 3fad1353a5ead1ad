import assert from "node:assert/strict";
import { test } from "node:test";
import {
  checkBody,
  checkQuery,
  EventQuery,
  LetterQuery,
  MailboxQuery,
  momentOf,
  RetryFilter,
} from "../../src/watch/admin-query.ts";

const moments: [text: string, at: number | undefined][] = [
  ["1700000000000", 1_700_000_000_000],
  ["0", 0],
  ["2023-11-14T22:13:20Z", 1_700_000_000_000],
  ["2023-11-14T22:13:20.5Z", 1_700_000_000_500],
  ["2023-11-14T23:13:20+01:00", 1_700_000_000_000],
  ["2023-11-14T22:13Z", 1_699_999_980_000],
  ["2023-11-14", 1_699_920_000_000],
  ["2024-02-29", 1_709_164_800_000],
  ["2023-02-29", undefined],
  ["2024-02-31T00:00:00Z", undefined],
  ["2023-13-01", undefined],
  ["2023-11-14T25:00:00Z", undefined],
  ["2023-11-14T22:13:20", undefined],
  ["2023-11-14 22:13:20Z", undefined],
  ["yesterday", undefined],
  ["-1", undefined],
  ["1e3", undefined],
  ["1234567890123456", undefined],
  ["", undefined],
];

for (const [text, at] of moments) {
  test(`"${text}" as a moment is ${at ?? "refused"}`, () => assert.equal(momentOf(text), at));
}

const queries: [search: string, faults: string[]][] = [
  ["", []],
  ["state=running&limit=1000", []],
  ["type=a%20b&source=x", []],
  ["state=&limit=", []],
  ["state=lost", ["state must be one of available, running, retryable, completed, dead"]],
  ["limit=0", ["limit must be >= 1"]],
  ["limit=1001", ["limit must be <= 1000"]],
  ["limit=ten", ["limit must be integer"]],
  ["limit=1.5", ["limit must be integer"]],
  ["limit=-1", ["limit must be integer"]],
  ["since=2024-02-31", ["since must be a moment: RFC 3339 with its zone, or milliseconds since 1970"]],
  ["until=soon", ["until must be a moment: RFC 3339 with its zone, or milliseconds since 1970"]],
  ["type=a&type=b", ["type must not be given twice"]],
  ["stat=dead", ["stat is not known here; known: state, type, source, since, until, cursor, limit"]],
  ["__proto__=x", ["__proto__ is not known here; known: state, type, source, since, until, cursor, limit"]],
  [`cursor=${"x".repeat(513)}`, ["cursor must not have more than 512 characters"]],
];

for (const [search, faults] of queries) {
  test(`the query "${search.slice(0, 40)}" has ${faults.length === 0 ? "no fault" : faults.join()}`, () => {
    const checked = checkQuery(EventQuery, search);
    const found = checked.kind === "ok" ? [] : JSON.parse(checked.answer.body).errors;
    assert.deepEqual(found.map(({ path, message }: Record<string, string>) => `${path} ${message}`), faults);
  });
}

test("all faults of a query come together, in its detail too", () => {
  const checked = checkQuery(EventQuery, "state=lost&since=soon&limit=0&x=1");
  assert.ok(checked.kind === "faulty");
  const { status, code, errors, detail } = JSON.parse(checked.answer.body);
  assert.deepEqual([status, code, errors.length], [400, "invalid_query", 4]);
  for (const { path, message } of errors) assert.ok(detail.includes(`${path} ${message}`));
});

test("letters and mailboxes take their own parameters only", () => {
  assert.equal(checkQuery(LetterQuery, "type=a&source=b&cursor=c&limit=1").kind, "ok");
  assert.equal(checkQuery(LetterQuery, "state=dead").kind, "faulty");
  assert.equal(checkQuery(MailboxQuery, "limit=1").kind, "ok");
  assert.equal(checkQuery(MailboxQuery, "source=a").kind, "faulty");
});

test("no body picks as an empty one does", () => {
  assert.deepEqual(checkBody(RetryFilter, undefined), { kind: "ok", value: {} });
  assert.deepEqual(checkBody(RetryFilter, { ids: ["a"] }), { kind: "ok", value: { ids: ["a"] } });
  assert.equal(checkBody(RetryFilter, { id: "a" }).kind, "faulty");
});
