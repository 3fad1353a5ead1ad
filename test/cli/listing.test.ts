import assert from "node:assert/strict";
import { test } from "node:test";
import { AdminClient } from "../../src/cli/admin-client.ts";
import { type ListingOptions, printListing } from "../../src/cli/listing.ts";
import { jsonServer } from "../support/json-server.ts";
import { recordedNeeds } from "../support/recorded-needs.ts";

const PAGES: Record<string, unknown> = {
  first: { items: [{ id: "a" }, { id: "b" }], count: 3, next: "second" },
  second: { items: [{ id: "c" }], count: 3, next: null },
};

async function list(options: ListingOptions, { isTTY = false, empty = false } = {}) {
  const { url, asked } = await jsonServer(({ url }) => {
    const cursor = new URL(url, "http://host").searchParams.get("cursor") ?? "first";
    return { body: empty ? { items: [], next: null } : PAGES[cursor] };
  });
  const needs = recordedNeeds({}, { isTTY });
  const client = new AdminClient({ url, token: undefined });
  const columns = [{ title: "ID", cell: (row: { id: string }) => row.id }];
  await printListing(client, { path: "/things", query: { type: "t" }, columns, options }, needs);
  await client.close();
  return { out: needs.out(), err: needs.err(), urls: asked.map((one) => one.url) };
}

test("one page is asked for with the daemon's own length, and the next is hinted at on stderr", async () => {
  assert.deepEqual(await list({}), {
    out: "a\nb\n",
    err: "There is more: --cursor second, or --all\n",
    urls: ["/things?type=t"],
  });
});

test("a cursor goes on where the page ended, and the last page has no hint", async () => {
  const { out, err, urls } = await list({ cursor: "second", limit: 5 });
  assert.deepEqual({ out, err, urls }, { out: "c\n", err: "", urls: ["/things?type=t&limit=5&cursor=second"] });
});

test("all pages come as one, fetched in long pages", async () => {
  const { out, err, urls } = await list({ all: true });
  assert.deepEqual({ out, err }, { out: "a\nb\nc\n", err: "" });
  assert.deepEqual(urls, ["/things?type=t&limit=1000", "/things?type=t&limit=1000&cursor=second"]);
});

test("as JSON there is always a next, null at the end", async () => {
  assert.deepEqual(JSON.parse((await list({ json: true })).out), PAGES.first);
  assert.deepEqual(JSON.parse((await list({ json: true, all: true })).out), {
    items: [{ id: "a" }, { id: "b" }, { id: "c" }],
    next: null,
  });
});

test("an empty listing is said to a person, and is silence in a pipe", async () => {
  assert.equal((await list({}, { isTTY: true, empty: true })).out, "Nothing to list\n");
  assert.equal((await list({}, { empty: true })).out, "");
  assert.deepEqual(JSON.parse((await list({ json: true }, { isTTY: true, empty: true })).out), {
    items: [],
    next: null,
  });
});
