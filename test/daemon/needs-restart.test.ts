import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { needsRestart } from "../../src/daemon/needs-restart.ts";
import type { Project } from "../../src/daemon/project.ts";
import type { Config } from "../../src/config.ts";
import { aConfig, aSource } from "../support/a-config.ts";
import { aProject } from "../support/a-project.ts";

function project(over: Partial<Config> = {}): Project {
  const config = aConfig(over);
  return aProject(config, { entries: [], match: () => undefined });
}

describe("a reload", () => {
  it("changes sources, limits of the path, retry and log without a restart", () => {
    const next = project({
      sources: [aSource({ name: "other", path: "/other" })],
      retry: { attempts: 1, baseMs: 1, factor: 1, maxMs: 1, jitter: "none" },
      log: { level: "debug", sample: 0.5 },
      limits: { ...aConfig().limits, queueMax: 1, bodyBytesMax: 1 },
    });
    assert.deepEqual(needsRestart(project(), next), []);
  });

  const { limits, retention, idempotency, store, admin } = aConfig();
  const fixed: [over: Partial<Config>, name: RegExp][] = [
    [{ listen: { host: "127.0.0.1", port: 1 } }, /^listen$/],
    [{ admin: { ...admin, listen: { host: "::1", port: 1 } } }, /^admin.listen$/],
    [{ dataDir: "/elsewhere" }, /^data$/],
    [{ store: { ...store, segmentBytes: 1 } }, /^store$/],
    [{ idempotency: { ...idempotency, cache: 1 } }, /^idempotency.cache$/],
    [{ limits: { ...limits, connectionsMax: 1 } }, /^limits of the listener$/],
    [{ retention: { ...retention, deadMs: 1 } }, /^retention.dead$/],
    [{ retention: { ...retention, processedMs: 1e12 } }, /^retention.processed/],
    [{ sources: [aSource({ windowMs: 1e12 })] }, /idempotency.ttl/],
  ];
  for (const [over, name] of fixed) {
    it(`cannot change ${Object.keys(over)[0]}: ${name.source}`, () => {
      const names = needsRestart(project(), project(over));
      assert.equal(names.length, 1);
      assert.match(names[0]!, name);
    });
  }

  it("keeps things longer than it need when a window becomes shorter", () => {
    assert.deepEqual(needsRestart(project({ retention: { ...retention, processedMs: 1e12 } }), project()), []);
  });
});
