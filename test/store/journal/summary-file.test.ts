import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import { placeFrames } from "../../../src/store/journal/frame.ts";
import { encodeHold } from "../../../src/store/journal/records.ts";
import { scanPlaces } from "../../../src/store/journal/scan.ts";
import { SummaryWriter } from "../../../src/store/journal/segment-summary.ts";
import { listSummaries, loadSummary, removeSummary, saveSummary } from "../../../src/store/journal/summary-file.ts";
import { FaultDisk } from "../../support/fault-disk.ts";

const FOLDER = "/journal";
const FROM = 80;
const ANOTHER = Buffer.alloc(16, 3);

/** A segment on a disk, and its summary. */
async function aSegment() {
  const disk = new FaultDisk();
  const frame = encodeHold({ source: "s", orderingKey: "k", hold: "paused" });
  const { bytes } = placeFrames([frame], { segment: 1, commit: FROM });
  const segment = { number: 1, end: FROM + bytes, seed: 5 };
  const file = await disk.create(`${FOLDER}/00000001.seg`);
  await file.writeDurably([Buffer.alloc(FROM), frame], 0);
  const writer = new SummaryWriter();
  await scanPlaces(file, { segment: 1, from: FROM, to: segment.end }, (scanned) => writer.add(scanned));
  return { disk, place: { disk, folder: FOLDER }, segment, summary: writer.finish(segment)! };
}

describe("the file of a summary", () => {
  it("gives back what was saved, the last time", async () => {
    const { place, segment, summary } = await aSegment();
    assert.equal(await loadSummary(place, segment), undefined);
    await saveSummary(place, 1, Buffer.from("an older one"));
    await saveSummary(place, 1, summary);
    assert.deepEqual(await loadSummary(place, segment), summary);
    assert.deepEqual(await listSummaries(place), [1]);
  });

  it("is none when the segment's last frame is another one", async () => {
    const { disk, place, segment, summary } = await aSegment();
    await saveSummary(place, 1, summary);
    const bytes = Buffer.from(disk.bytesOf(`${FOLDER}/00000001.seg`));
    ANOTHER.copy(bytes, FROM);
    disk.overwrite(`${FOLDER}/00000001.seg`, bytes);
    assert.equal(await loadSummary(place, segment), undefined);
  });

  it("is none when the disk cannot read it", async () => {
    const { disk, place, segment, summary } = await aSegment();
    await saveSummary(place, 1, summary);
    disk.onRead = () => Promise.reject(new Error("EIO"));
    assert.equal(await loadSummary(place, segment), undefined);
  });

  it("may be removed twice", async () => {
    const { disk, place, summary } = await aSegment();
    await saveSummary(place, 1, summary);
    await removeSummary(place, 1);
    disk.remove = () => Promise.reject(Object.assign(new Error("no such file"), { code: "ENOENT" }));
    await removeSummary(place, 1);
    disk.remove = () => Promise.reject(Object.assign(new Error("refused"), { code: "EACCES" }));
    await assert.rejects(removeSummary(place, 1), { code: "EACCES" });
    assert.deepEqual(await listSummaries(place), []);
  });
});
