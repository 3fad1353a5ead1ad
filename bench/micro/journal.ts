/**
 * What a durable append costs over the disk itself: `store.append` of one event each, so many at once, against one write
 * of the same bytes and fdatasync. The floor in two ways: through the same thread pool (`floor`), as a server must, and
 * blocking (`blocking`), which is the disk alone. Microseconds of CPU are those of the main thread.
 *
 *   npm run build && node dist/bench/micro/journal.js [--rounds N] [--batches 1,8,64,256] [--seconds N]
 *   deno run -A bench/micro/journal.ts
 */
import { Buffer } from "node:buffer";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import type { NewEvent } from "../../src/model.ts";
import { mainThreadMs } from "../cpu-time.ts";
import { benchEvent, bytesIn, openBenchJournal } from "../fill-journal.ts";
import { keepResult, ofRounds } from "../keep-result.ts";
import { ratios, rotated } from "../statistics.ts";

const BODY_BYTES = 1024;
const WARM_EVENTS = 4096;
/** Copied for each event, so that its making hardly counts. */
const TEMPLATE = benchEvent("template", { bodyBytes: BODY_BYTES, mailboxes: 0 });

interface Measured {
  perSecond: number;
  cpuUs: number;
}
type Way = "journal" | "floor" | "blocking";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "9" },
    batches: { type: "string", default: "1,8,64,256" },
    seconds: { type: "string", default: "0.5" },
    only: { type: "string", default: "journal,floor,blocking" },
  },
});
const rounds = Number(values.rounds);
const ways = values.only.split(",") as Way[];
const folder = fs.mkdtempSync(join(tmpdir(), "hookd-journal-"));
let serial = 0;
try {
  const journal = await openBenchJournal(folder);
  await appendAll(journal, WARM_EVENTS);
  const eventBytes = bytesIn(join(folder, "journal")) / WARM_EVENTS;
  const file = fs.openSync(join(folder, "floor"), "w");
  const results: Record<string, unknown> = {};
  for (const batch of values.batches.split(",").map(Number)) {
    results[batch] = await compare({ batch, eventBytes, journal, file });
  }
  fs.closeSync(file);
  await journal.close();
  keepResult("journal", { bodyBytes: BODY_BYTES, eventBytes: Math.round(eventBytes), rounds, inFlight: results });
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}

interface Comparing {
  batch: number;
  eventBytes: number;
  journal: Awaited<ReturnType<typeof openBenchJournal>>;
  file: number;
}

async function compare({ batch, eventBytes, journal, file }: Comparing) {
  const bytes = Buffer.alloc(Math.round(eventBytes * batch), "hookd");
  const work: Record<Way, () => Promise<unknown>> = {
    journal: () => appendAll(journal, batch),
    floor: () => writeAndSync(file, bytes),
    blocking: async () => {
      fs.writeSync(file, bytes);
      fs.fdatasyncSync(file);
    },
  };
  const measured: Record<Way, Measured[]> = { journal: [], floor: [], blocking: [] };
  for (let round = -1; round < rounds; round++) {
    for (const way of rotated(ways, Math.max(round, 0))) {
      const one = await measure(work[way], batch);
      if (round >= 0) measured[way].push(one);
    }
  }
  const rates = (way: Way) => measured[way].map(({ perSecond }) => perSecond);
  const told = (way: Way) => ({
    perSecond: ofRounds(rates(way)),
    mainThreadCpuUsPerEvent: ofRounds(measured[way].map(({ cpuUs }) => cpuUs)),
  });
  return {
    ...Object.fromEntries(ways.map((way) => [way, told(way)])),
    ratioToFloor: ofRounds(ratios(rates("journal"), rates("floor"))),
    ratioToBlocking: ofRounds(ratios(rates("journal"), rates("blocking"))),
  };
}

/** Batch after batch for a while. */
async function measure(work: () => Promise<unknown>, batch: number): Promise<Measured> {
  const [startedAt, cpuBefore] = [performance.now(), mainThreadMs()];
  const end = startedAt + Number(values.seconds) * 1000;
  let events = 0;
  for (; performance.now() < end; events += batch) await work();
  const seconds = (performance.now() - startedAt) / 1000;
  const cpuMs = cpuBefore === undefined ? NaN : mainThreadMs()! - cpuBefore;
  return { perSecond: events / seconds, cpuUs: (cpuMs * 1000) / events };
}

function appendAll(journal: Comparing["journal"], count: number): Promise<unknown> {
  return Promise.all(Array.from({ length: count }, () => journal.append([nextEvent()])));
}

function nextEvent(): NewEvent {
  serial += 1;
  return { ...TEMPLATE, key: `key-${serial}`, receivedAt: Date.now() };
}

function writeAndSync(file: number, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) =>
    fs.write(file, bytes, (error) => {
      if (error !== null) reject(error);
      else fs.fdatasync(file, (failed) => failed === null ? resolve() : reject(failed));
    })
  );
}
