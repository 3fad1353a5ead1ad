import assert from "node:assert/strict";
import type { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { requestFile } from "../../../bench/load/request-file.ts";
import { BENCH_PATH, BENCH_SECRET } from "../../../bench/terms.ts";

describe("a request file", () => {
  const folder = mkdtempSync(join(tmpdir(), "hookd-requests-"));
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const bodyBytes of [1024, 16384]) {
    it(`holds whole signed requests of one length, each with its own key and body of ${bodyBytes} bytes`, () => {
      const { path, stride, count } = requestFile(folder, { bodyBytes, count: 5 });
      const bytes = readFileSync(path);
      assert.equal(bytes.length, stride * count);
      const requests = Array.from({ length: count }, (_, n) => split(bytes.subarray(n * stride, (n + 1) * stride)));
      for (const { head, body } of requests) {
        assert.ok(head.startsWith(`POST ${BENCH_PATH} HTTP/1.1\r\n`));
        assert.equal(body.length, bodyBytes);
        assert.equal(header(head, "content-length"), String(bodyBytes));
        const signature = createHmac("sha256", BENCH_SECRET).update(body).digest("hex");
        assert.equal(header(head, "x-webhook-signature"), `sha256=${signature}`);
        assert.match(JSON.parse(body.toString()).id, /^[0-9a-f-]{36}$/);
      }
      assert.equal(new Set(requests.map(({ head }) => header(head, "x-idempotency-key"))).size, count);
      assert.equal(new Set(requests.map(({ body }) => body.toString())).size, count);
    });
  }

  it("grows by what a longer run needs, and keeps what it has", () => {
    const small = requestFile(folder, { bodyBytes: 2048, count: 3 });
    const before = readFileSync(small.path);
    const grown = requestFile(folder, { bodyBytes: 2048, count: 7 });
    assert.equal(grown.path, small.path);
    assert.equal(statSync(grown.path).size, 7 * grown.stride);
    assert.deepEqual(readFileSync(grown.path).subarray(0, before.length), before);
    assert.equal(requestFile(folder, { bodyBytes: 2048, count: 2 }).count, 7);
  });
});

function split(request: Buffer): { head: string; body: Buffer } {
  const end = request.indexOf("\r\n\r\n");
  return { head: request.toString("latin1", 0, end), body: request.subarray(end + 4) };
}

function header(head: string, name: string): string | undefined {
  return new RegExp(`^${name}: (.*)$`, "im").exec(head)?.[1]?.trim();
}
