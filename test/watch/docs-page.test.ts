import assert from "node:assert/strict";
import { it } from "node:test";
import { docsAsset, docsPage } from "../../src/watch/docs-page.ts";

it("the page may load from here and from nowhere else", () => {
  const { headers, body } = docsPage();
  const policy = headers?.["Content-Security-Policy"] ?? "";
  assert.ok(policy.startsWith("default-src 'none'; "));
  assert.ok(!/https?:|\*|unsafe-eval/.test(policy));
  assert.ok(!/script-src[^;]*unsafe-inline/.test(policy));
  assert.ok(!/(src|href)="(https?:)?\/\//.test(String(body)));
  assert.ok(!/<script>/.test(String(body)));
});

it("its files are the library's own", async () => {
  assert.match(String((await docsAsset("swagger-ui-bundle.js"))?.body).slice(0, 200), /LICENSE/);
  assert.match(String((await docsAsset("swagger-ui.css"))?.body), /\.swagger-ui/);
  assert.match(String((await docsAsset("start.js"))?.body), /SwaggerUIBundle\(/);
});

it("it has no other files", async () => {
  for (const name of ["", "index.html", "../../package.json", "swagger-ui.js", "constructor", "__proto__"]) {
    assert.equal(await docsAsset(name), undefined, name);
  }
});
