import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { describe, it } from "node:test";
import { lockFolder } from "../../../src/store/journal/lock.ts";
import { fakeClock, settled } from "../../support/fake-clock.ts";
import { tempFolder } from "../../support/temp-folder.ts";

interface Owner {
  pid: number;
  started: string;
  boot: string;
  namespace: string;
}

/** A folder whose lock says what `over` makes of this process, last renewed `ageMs` ago by the clock. */
async function heldBy(over: Partial<Owner>, ageMs = 0) {
  const folder = tempFolder();
  const path = join(folder, "lock");
  const clock = fakeClock();
  const release = await lockFolder(folder, clock);
  const owner = JSON.parse(readFileSync(path, "utf8")) as Owner;
  await release();
  writeFileSync(path, JSON.stringify({ ...owner, ...over }));
  const renewedAt = (clock.now() - ageMs) / 1000;
  utimesSync(path, renewedAt, renewedAt);
  return { folder, clock };
}

describe("the lock", () => {
  it("names its owner, keeps a second one out, and is free after its release", async () => {
    const folder = tempFolder();
    const clock = fakeClock();
    const release = await lockFolder(folder, clock);
    assert.equal((JSON.parse(readFileSync(join(folder, "lock"), "utf8")) as Owner).pid, process.pid);
    await assert.rejects(lockFolder(folder, clock), {
      code: "ERR_STORE_LOCKED",
      message: new RegExp(`${process.pid}`),
    });
    await release();
    assert.deepEqual(readdirSync(folder), []);
    await (await lockFolder(folder, clock))();
  });

  it("is given to one of many that want it at once", async () => {
    const folder = tempFolder();
    const clock = fakeClock();
    const taken = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(folder, clock)));
    assert.equal(taken.filter(({ status }) => status === "fulfilled").length, 1);
  });

  it("of a process that is gone is taken over at once", { skip: !existsSync("/proc/self/stat") }, async () => {
    const { folder, clock } = await heldBy({ pid: 2 ** 30 });
    await (await lockFolder(folder, clock))();
  });

  it("of an earlier process with the same number is taken over at once", {
    skip: !existsSync("/proc/self/stat"),
  }, async () => {
    const { folder, clock } = await heldBy({ started: "1" });
    await (await lockFolder(folder, clock))();
  });

  for (const over of [{ boot: "another boot" }, { namespace: "another container" }]) {
    it(`of a process that cannot be looked at counts while it is renewed: ${JSON.stringify(over)}`, async () => {
      const fresh = await heldBy(over, 9_000);
      await assert.rejects(lockFolder(fresh.folder, fresh.clock), { code: "ERR_STORE_LOCKED" });
      const stale = await heldBy(over, 11_000);
      await (await lockFolder(stale.folder, stale.clock))();
    });
  }

  for (const text of ["", "\0\0\0\0", "null"]) {
    it(`that says nothing, as after a power cut, is stale when it is old: ${JSON.stringify(text)}`, async () => {
      for (const ageMs of [9_000, 11_000]) {
        const { folder, clock } = await heldBy({}, ageMs);
        writeFileSync(join(folder, "lock"), text);
        const renewedAt = (clock.now() - ageMs) / 1000;
        utimesSync(join(folder, "lock"), renewedAt, renewedAt);
        if (ageMs < 10_000) await assert.rejects(lockFolder(folder, clock), { code: "ERR_STORE_LOCKED" });
        else await (await lockFolder(folder, clock))();
      }
    });
  }

  it("that is stale is given to one of many that want it at once", async () => {
    for (let round = 0; round < 20; round++) {
      const { folder, clock } = await heldBy({ boot: "another boot" }, 11_000);
      const taken = await Promise.allSettled(Array.from({ length: 6 }, () => lockFolder(folder, clock)));
      assert.equal(taken.filter(({ status }) => status === "fulfilled").length, 1, `round ${round}`);
      assert.deepEqual(readdirSync(folder), ["lock"]);
    }
  });

  it("is not touched after its release: it may be another's", async () => {
    const folder = tempFolder();
    const clock = fakeClock();
    const release = await lockFolder(folder, clock);
    const moved = clock.advance(2500);
    await release();
    await moved;
    const next = await lockFolder(folder, clock);
    await release();
    assert.equal(existsSync(join(folder, "lock")), true);
    await next();
    for (let turn = 0; turn < 50; turn++) await settled();
    assert.equal(clock.next(), undefined, "no timer is left");
  });

  it("tells that a folder cannot be written", async () => {
    await assert.rejects(lockFolder(join(tempFolder(), "nowhere"), fakeClock()), { code: "ERR_STORE_UNREADABLE" });
  });

  it("is renewed as long as it is held", async () => {
    const folder = tempFolder();
    // Later than any time that the file system gives the file by itself.
    const clock = fakeClock(4_000_000_000_000);
    const release = await lockFolder(folder, clock);
    const renewedAt = () => Math.round(statSync(join(folder, "lock")).mtimeMs);
    const started = clock.now();
    for (let turn = 0; turn < 2000 && renewedAt() < started + 5000; turn++) await clock.advance(500);
    assert.ok(renewedAt() >= started + 5000);
    await release();
    assert.equal(existsSync(join(folder, "lock")), false);
  });
});
