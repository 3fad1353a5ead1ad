import assert from "node:assert/strict";
import { test } from "node:test";
import { AdminClient } from "../../src/cli/admin-client.ts";
import { jsonServer } from "../support/json-server.ts";

const problem = (status: number) => ({
  status,
  body: { type: "about:blank", title: "A title", status, detail: "what is wrong", code: "some_code" },
  contentType: "application/problem+json",
});

test("the token goes along as a bearer token, a body as JSON", async () => {
  const { url, asked } = await jsonServer(() => ({ body: { retried: [] } }));
  const client = new AdminClient({ url: `${url}/`, token: "a token" });
  assert.deepEqual(await client.post("/dlq", { type: "a" }), { retried: [] });
  await client.delete("/dlq/x");
  await client.close();
  const [post, del] = asked;
  assert.equal(post?.url, "/dlq");
  assert.equal(post?.headers.authorization, "Bearer a token");
  assert.equal(post?.headers["content-type"], "application/json");
  assert.equal(post?.body, '{"type":"a"}');
  assert.equal(del?.method, "DELETE");
  assert.equal(del?.headers["content-type"], undefined);
});

test("without a token none is sent, and what a query does not have is left out", async () => {
  const { url, asked } = await jsonServer(() => ({}));
  const client = new AdminClient({ url, token: undefined });
  await client.get("/events", { state: "dead", type: undefined, limit: 5, cursor: "a&b" });
  await client.close();
  assert.equal(asked[0]?.url, "/events?state=dead&limit=5&cursor=a%26b");
  assert.equal(asked[0]?.headers.authorization, undefined);
});

test("pages go on from cursor to cursor, also over an empty page, until there is no next", async () => {
  const answers = [{ items: [1, 2], next: "c1" }, { items: [], next: "c2" }, { items: [3], next: null }];
  const { url, asked } = await jsonServer(() => ({ body: answers[asked.length - 1] }));
  const client = new AdminClient({ url, token: undefined });
  const items: number[] = [];
  for await (const page of client.pages<number>("/dlq", { limit: 2 })) items.push(...page.items);
  await client.close();
  assert.deepEqual(items, [1, 2, 3]);
  assert.deepEqual(asked.map((one) => one.url), ["/dlq?limit=2", "/dlq?limit=2&cursor=c1", "/dlq?limit=2&cursor=c2"]);
});

for (
  const [status, code] of [
    [400, "ERR_USAGE"],
    [401, "ERR_ADMIN_REFUSED"],
    [403, "ERR_ADMIN_REFUSED"],
    [421, "ERR_ADMIN_REFUSED"],
    [404, "ERR_NOT_FOUND"],
    [500, "ERR_ADMIN_FAILED"],
    [503, "ERR_ADMIN_FAILED"],
  ] as const
) {
  test(`an answer of ${status} is ${code}, with what was asked and the problem's detail`, async () => {
    const { url } = await jsonServer(() => problem(status));
    const client = new AdminClient({ url, token: "secret-token" });
    await assert.rejects(client.get("/events", { cursor: "x" }), {
      code,
      message: `Asked GET ${url}/events and was answered ${status}: what is wrong`,
    });
    await client.close();
  });
}

test("an answer that is not JSON is not taken for one of hookd's, even with 200", async () => {
  const { url } = await jsonServer(() => ({ body: "<html>", contentType: "text/html" }));
  const client = new AdminClient({ url, token: undefined });
  await assert.rejects(client.get("/events"), { code: "ERR_ADMIN_FAILED", message: /was answered 200: not by hookd/ });
  await client.close();
});

test("nobody at the address is ERR_ADMIN_UNREACHABLE", async () => {
  const client = new AdminClient({ url: "http://127.0.0.1:1", token: undefined });
  await assert.rejects(client.get("/events"), { code: "ERR_ADMIN_UNREACHABLE", message: /ECONNREFUSED/ });
  await client.close();
});

for (const url of ["", "127.0.0.1:9464", "file:///etc"]) {
  test(`the admin address "${url}" is wrong usage`, () => {
    assert.throws(() => new AdminClient({ url, token: undefined }), { code: "ERR_USAGE" });
  });
}
