import assert from "node:assert/strict";
import { test } from "node:test";
import type { Health } from "../../src/watch/admin-needs.ts";
import { openAdmin } from "./fake-admin.ts";

test("health is 200 while ok and 503 while failing, with every check", async () => {
  const ok: Health = { status: "ok", checks: { store: { ok: true } } };
  const failing: Health = {
    status: "failing",
    checks: { store: { ok: true }, queue: { ok: false, detail: "draining" } },
  };
  const { ask } = await openAdmin({ health: { live: () => ok, ready: () => failing } });
  const [live, ready] = [await ask({ path: "/livez" }), await ask({ path: "/readyz" })];
  assert.deepEqual([live.status, live.json], [200, ok]);
  assert.deepEqual([ready.status, ready.json], [503, failing]);
});

test("metrics are given in the format that Accept asks for", async () => {
  const { ask } = await openAdmin({
    metrics: {
      text: async (accept) => ({ contentType: `text/plain; for=${accept}`, body: "# EOF\n" }),
      stats: () => assert.fail("not asked for"),
    },
  });
  const { status, headers, text } = await ask({ path: "/metrics?name[]=up", headers: ["Accept", "x"] });
  assert.deepEqual([status, headers["content-type"], headers.vary, text], [
    200,
    "text/plain; for=x",
    "Accept",
    "# EOF\n",
  ]);
});

test("stats are the sums as they are", async () => {
  const stats = {
    total_received: 4,
    total_processed: 2,
    total_failed: 1,
    success_rate: 2 / 3,
    avg_processing_time_ms: 12.5,
    events_by_type: { "order.placed": 3, other: 1 },
  };
  const { ask } = await openAdmin({ metrics: { text: () => assert.fail("not asked for"), stats: () => stats } });
  const { status, json } = await ask({ path: "/stats" });
  assert.deepEqual([status, json], [200, stats]);
});
