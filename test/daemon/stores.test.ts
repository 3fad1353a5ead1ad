import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { systemClock } from "../../src/clock.ts";
import { keepMsOf, openStores } from "../../src/daemon/stores.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import { aConfig } from "../support/a-config.ts";
import { tempFolder } from "../support/temp-folder.ts";

function options(engine: "embedded" | "memory", dataDir: string) {
  const config = aConfig({ dataDir, store: { engine, segmentBytes: 1e6 } });
  return { config, routes: { bySource: new Map([["a", { windowMs: 5 }]]) }, clock: systemClock, emit: () => {} };
}

describe("the stores", () => {
  it("open the engine that the config names", async () => {
    const memory = await openStores(options("memory", tempFolder()));
    assert.ok(memory.store instanceof MemoryStore);
    await memory.close();
    const folder = join(tempFolder(), "new", "data");
    const embedded = await openStores(options("embedded", folder));
    assert.ok(existsSync(join(folder, "journal", "00000001.seg")));
    assert.ok(existsSync(join(folder, "dlq.jsonl")));
    await embedded.close();
    assert.equal(existsSync(join(folder, "lock")), false, "closing gives the folder free");
  });

  it("keep a second daemon off the folder", async () => {
    const folder = tempFolder();
    const first = await openStores(options("embedded", folder));
    await assert.rejects(openStores(options("embedded", folder)), { code: "ERR_STORE_LOCKED" });
    await first.close();
    await (await openStores(options("embedded", folder))).close();
  });

  it("leave nothing locked when the second of them fails", async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, "dlq.jsonl"), "");
    const blocked = options("embedded", folder);
    const file = join(tempFolder(), "file");
    writeFileSync(file, "");
    await assert.rejects(openStores(options("embedded", join(file, "data"))), { code: "ERR_STORE_UNREADABLE" });
    await (await openStores(blocked)).close();
  });

  it("keep what anything may ask for: the longest of retention and windows", () => {
    const { config } = options("memory", "/nowhere");
    assert.equal(keepMsOf({ config, routes: { bySource: new Map([["a", { windowMs: 1e12 }]]) } }), 1e12);
    assert.equal(keepMsOf({ config, routes: { bySource: new Map() } }), 259_200_000);
  });
});
