import assert from "node:assert/strict";
import { test } from "node:test";
import { ask as askBare, openAdmin } from "./fake-admin.ts";

test("the document is served as it is for this listener, after a reload as it is then", async () => {
  let title = "first";
  const { ask, listener } = await openAdmin({
    publicApi: () => ({
      url: "http://hooks.example",
      operations: [{
        method: "post",
        path: "/in",
        description: { operationId: title, tags: [], summary: "", responses: {} },
      }],
      schemas: {},
      securitySchemes: {},
      unrouted: [],
    }),
  });
  const { json, headers } = await ask({ path: "/openapi.json" });
  assert.equal(headers["content-type"], "application/json");
  assert.equal(json.info.version, "1.2.3");
  assert.equal(json.paths["/in"].post.operationId, "first");
  assert.deepEqual(json.paths["/stats"].get.servers, [{ url: `http://127.0.0.1:${listener.address.port}` }]);
  title = "second";
  assert.equal((await ask({ path: "/openapi.json" })).json.paths["/in"].post.operationId, "second");
});

test("the page and each of its files are served from here, under their own policy", async () => {
  const { ask } = await openAdmin();
  const page = await ask({ path: "/docs" });
  assert.deepEqual([page.status, page.headers["content-type"]], [200, "text/html; charset=utf-8"]);
  const files = [...page.text.matchAll(/(?:src|href)="([^":]+)"/g)].map(([, file]) => file!);
  assert.deepEqual(files, ["docs/swagger-ui.css", "docs/swagger-ui-bundle.js", "docs/start.js"]);
  for (const file of files) {
    const { status, headers, text } = await ask({ path: `/${file}` });
    assert.deepEqual([status, text.length > 100], [200, true], file);
    assert.match(headers["content-type"] ?? "", file.endsWith("css") ? /^text\/css/ : /^text\/javascript/);
  }
  assert.match(String(page.headers["content-security-policy"]), /default-src 'none'; script-src 'self'/);
  assert.equal((await ask({ path: "/docs/../package.json" })).status, 404);
  assert.equal((await ask({ path: "/docs/%2e%2e%2fpackage.json" })).status, 404);
});

test("on loopback a token guards neither the document nor the page: they show no event", async () => {
  const admin = { token: "t0ken", hosts: [] };
  const { listener } = await openAdmin({ config: () => ({ admin, sources: [] }) });
  for (const path of ["/openapi.json", "/docs", "/docs/start.js"]) {
    assert.equal((await askBare(listener.address, { path })).status, 200, path);
  }
  assert.equal((await askBare(listener.address, { path: "/events" })).status, 401);
});
