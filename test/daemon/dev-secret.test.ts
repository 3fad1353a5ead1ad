import assert from "node:assert/strict";
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { ensureDevSecret } from "../../src/daemon/dev-secret.ts";
import { tempFolder } from "../support/temp-folder.ts";

describe("the secret of --dev", () => {
  it("is made once, random, and for its owner's eyes only", async () => {
    const folder = join(tempFolder(), "data");
    const secret = await ensureDevSecret(folder);
    assert.match(secret, /^[0-9a-f]{64}$/);
    assert.equal(await ensureDevSecret(folder), secret);
    assert.equal(statSync(join(folder, "dev-secret")).mode & 0o777, 0o600);
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    assert.notEqual(await ensureDevSecret(tempFolder()), secret);
  });

  it("says where it cannot be made", async () => {
    const file = join(tempFolder(), "file");
    writeFileSync(file, "");
    await assert.rejects(ensureDevSecret(file), {
      code: "ERR_STORE_UNREADABLE",
      message: /Cannot make ".*dev-secret"/,
    });
  });
});
