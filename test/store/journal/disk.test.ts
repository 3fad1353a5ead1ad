import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import process from "node:process";
import { describe, it } from "node:test";
import { readRange, realDisk, segmentPath } from "../../../src/store/journal/disk.ts";
import { tempFolder } from "../../support/temp-folder.ts";

describe("the real disk", () => {
  it("writes all buffers behind each other at their place, however many and whatever is empty", async () => {
    const path = join(tempFolder(), "a");
    const file = await realDisk.create(path);
    const buffers = Array.from({ length: 5000 }, (_, n) => Buffer.alloc(n % 3, n % 251));
    await file.writeDurably([Buffer.from("head")], 0);
    await file.writeDurably(buffers, 4);
    await file.writeDurably([], 4);
    assert.deepEqual(readFileSync(path), Buffer.concat([Buffer.from("head"), ...buffers]));
    assert.equal(await file.size(), 4 + Buffer.concat(buffers).length);
    await file.close();
  });

  it("reads a range, shorter only where the file ends", async () => {
    const path = join(tempFolder(), "a");
    const made = await realDisk.create(path);
    await made.writeDurably([Buffer.from("0123456789")], 0);
    await made.close();
    const file = await realDisk.open(path);
    const ranges: [offset: number, length: number, text: string][] = [[0, 4, "0123"], [8, 4, "89"], [10, 4, ""]];
    for (const [offset, length, text] of ranges) {
      assert.equal((await readRange(file, { offset, length })).toString(), text);
    }
    await file.close();
  });

  it("makes files and folders that only their owner can read, and no file twice", async () => {
    const folder = join(tempFolder(), "a", "b");
    await realDisk.makeFolder(folder);
    await realDisk.makeFolder(folder);
    const path = segmentPath(folder, 7);
    await (await realDisk.create(path)).close();
    for (const made of [folder, join(folder, "..")]) assert.equal(statSync(made).mode & 0o777, 0o700);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    await assert.rejects(realDisk.create(path), { code: "EEXIST" });
    assert.deepEqual(await realDisk.list(folder), ["00000007.seg"]);
  });

  it("makes a folder by a relative path, too", async () => {
    const folder = relative(process.cwd(), join(tempFolder(), "a", "b"));
    await realDisk.makeFolder(folder);
    assert.ok(existsSync(folder));
  });

  it("gives a file a second name, removes one name and keeps the other", async () => {
    const folder = tempFolder();
    const [one, two] = [join(folder, "one"), join(folder, "two")];
    await (await realDisk.create(one)).close();
    await realDisk.link(one, two);
    await assert.rejects(realDisk.link(one, two), { code: "EEXIST" });
    await realDisk.remove(one);
    await realDisk.syncFolder(folder);
    assert.deepEqual(readdirSync(folder), ["two"]);
    await assert.rejects(realDisk.open(one), { code: "ENOENT" });
    await assert.rejects(realDisk.remove(one), { code: "ENOENT" });
  });
});
