import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import type { Appended } from "../../../src/ports.ts";
import { aJournal } from "../../support/a-journal.ts";
import { anEvent } from "../../support/an-event.ts";

const kindsOf = (appended: readonly Appended[]) => appended.map(({ kind }) => kind);

/** The id that the key of an answer belongs to. */
function idOf(appended: Appended | undefined): string | undefined {
  return appended?.kind === "duplicate" ? appended.first.event.id : appended?.event.id;
}

describe("appending", () => {
  it("stores one of two copies that arrive at once, and tells the other of it", async () => {
    const { journal } = await aJournal();
    const event = anEvent();
    const [[one], [two]] = await Promise.all([journal.append([event]), journal.append([{ ...event }])]);
    assert.deepEqual([one?.kind, two?.kind], ["stored", "duplicate"]);
    assert.equal(idOf(two), idOf(one));
  });

  it("stores the copy when the first could not be stored: a key that failed is free", async () => {
    const { journal, disk, clock } = await aJournal();
    disk.onSync = (path) => path.endsWith(".seg") ? "EIO" : undefined;
    const event = anEvent();
    const first = journal.append([event]);
    const copy = journal.append([event]);
    await assert.rejects(first, { code: "ERR_STORE_FAILED" });
    await assert.rejects(copy, { code: "ERR_STORE_FAILED" });
    disk.onSync = () => undefined;
    await clock.advance(1000);
    assert.deepEqual(kindsOf(await journal.append([event])), ["stored"]);
  });

  it("leaves a key free that came while the store refused", { timeout: 10_000 }, async () => {
    const { journal, disk, clock } = await aJournal();
    disk.onSync = () => "EIO";
    await assert.rejects(journal.append([anEvent()]), { code: "ERR_STORE_FAILED" });
    const event = anEvent();
    for (let time = 0; time < 3; time++) {
      await assert.rejects(journal.append([event]), { code: "ERR_STORE_FAILED" });
      await assert.rejects(journal.append([event, event]), { code: "ERR_STORE_FAILED" });
    }
    disk.onSync = () => undefined;
    await clock.advance(1000);
    assert.deepEqual(kindsOf(await journal.append([event])), ["stored"]);
  });

  it("finds copies within one list, and says of each whether its body is the same", async () => {
    const { journal } = await aJournal();
    const event = anEvent();
    const appended = await journal.append([event, { ...event }, { ...event, body: Buffer.from("else") }]);
    assert.deepEqual(kindsOf(appended), ["stored", "duplicate", "duplicate"]);
    assert.deepEqual(appended.map((each) => each.kind === "duplicate" && each.sameBody), [false, true, false]);
    assert.equal(new Set(appended.map(idOf)).size, 1);
  });

  it("looks at keys of one name in two sources as two keys", async () => {
    const { journal } = await aJournal();
    const twice = await Promise.all(["a", "b"].map((source) => journal.append([anEvent({ source, key: "k" })])));
    assert.deepEqual(twice.map(kindsOf), [["stored"], ["stored"]]);
  });

  it("counts who was there before", async () => {
    const { journal } = await aJournal();
    const appended = (await Promise.all([
      journal.append([anEvent({ key: "a" })]),
      journal.append([anEvent({ key: "b" }), anEvent({ key: "c" })]),
    ])).flat();
    await Promise.resolve();
    const [later] = await journal.append([anEvent({ key: "d" })]);
    assert.deepEqual(appended.map((each) => each.kind === "stored" && each.ahead), [0, 0, 1]);
    assert.equal(later?.kind === "stored" && later.ahead, 3);
  });
});
