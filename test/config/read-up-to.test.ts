import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { decodeText, readStreamUpTo, readUpTo } from "../../src/config/read-up-to.ts";
import { tempFolder } from "../support/temp-folder.ts";

describe("a file that an operator named", () => {
  const path = join(tempFolder(), "file");
  writeFileSync(path, "a".repeat(100_000));

  const table: [bytesMax: number, length: number][] = [[1, 2], [99_999, 100_000], [100_000, 100_000], [
    200_000,
    100_000,
  ]];
  for (const [bytesMax, length] of table) {
    it(`of 100000 bytes is read up to one beyond ${bytesMax}`, async () => {
      assert.equal((await readUpTo(path, bytesMax)).length, length);
    });
  }

  it("may have no end", async () => assert.equal((await readUpTo("/dev/zero", 1000)).length, 1001));

  it("is refused with the system's code when it is none", async () => {
    await assert.rejects(readUpTo(join(path, "below"), 1), { code: "ENOTDIR" });
    await assert.rejects(readUpTo(`${path}-absent`, 1), { code: "ENOENT" });
    await assert.rejects(readUpTo(join(path, ".."), 1), { code: "EISDIR" });
  });
});

describe("what is piped in", () => {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (const text of ["ab", "cd", "ef"]) yield await Promise.resolve(Buffer.from(text));
  }

  it("is read to its end, or to one byte beyond what was asked for", async () => {
    for (const [bytesMax, text] of [[100, "abcdef"], [6, "abcdef"], [4, "abcde"], [0, "a"]] as const) {
      assert.equal((await readStreamUpTo(chunks(), bytesMax)).toString(), text);
    }
  });
});

describe("bytes", () => {
  const table: [bytes: Uint8Array, text: string | undefined][] = [
    [Buffer.from("grün"), "grün"],
    [Buffer.from("\uFEFFa"), "a"],
    [Buffer.from([0xff]), undefined],
    [Buffer.from([0xc3]), undefined],
    [Buffer.alloc(0), ""],
  ];
  for (const [bytes, text] of table) {
    it(`${Buffer.from(bytes).toString("hex")} are ${text}`, () => assert.equal(decodeText(bytes), text));
  }
});
