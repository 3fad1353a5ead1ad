/**
 * How long a start takes for each 100 000 waiting events of 1 KB, alone and among 900 000 that are settled, with the
 * summaries of the sealed segments and without: the real daemon from the start of its process to ready, next to one on
 * an empty directory, in turns.
 *
 *   npm run build && node dist/bench/micro/recovery.js [--rounds N] [--waiting N] [--settled N]
 *   deno run -A bench/micro/recovery.ts
 */
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { BenchDaemon } from "../daemon.ts";
import { bytesIn, fillJournal, summarizeJournal } from "../fill-journal.ts";
import { keepResult, ofRounds, rounded } from "../keep-result.ts";
import { rotated } from "../statistics.ts";

const BODY_BYTES = 1024;
const MAILBOXES = 1000;

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    waiting: { type: "string", default: "100000" },
    settled: { type: "string", default: "900000" },
  },
});
const [rounds, waiting, settled] = [Number(values.rounds), Number(values.waiting), Number(values.settled)];
const folder = mkdtempSync(join(tmpdir(), "hookd-recovery-"));
const names = ["empty", "waiting", "waitingAmongSettled", "withoutSummaries"] as const;
try {
  const shape = { bodyBytes: BODY_BYTES, mailboxes: MAILBOXES, paused: true };
  await fillJournal(join(folder, "waiting", "data"), { ...shape, waiting, settled: 0 });
  const among = join(folder, "waitingAmongSettled", "data");
  await fillJournal(among, { ...shape, waiting, settled });
  await summarizeJournal(among);
  // The daemon of this case lives too shortly to write them.
  cpSync(among, join(folder, "withoutSummaries", "data"), {
    recursive: true,
    filter: (name) => !name.endsWith(".sum"),
  });
  const readyMs: Record<string, number[]> = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const name of rotated(names, round)) {
      readyMs[name]!.push(await startOnce(name));
    }
  }
  const told = names.map((name) => {
    const beyondEmpty = readyMs[name]!.map((ms, round) => ms - readyMs["empty"]![round]!);
    const perMs = (100_000 / waiting) / 1000;
    return [name, {
      diskMb: rounded(bytesIn(join(folder, name, "data")) / 2 ** 20),
      readyMs: ofRounds(readyMs[name]!),
      secondsPer100kWaiting: name === "empty" ? undefined : ofRounds(beyondEmpty.map((ms) => ms * perMs)),
    }];
  });
  keepResult("recovery", { bodyBytes: BODY_BYTES, waiting, settled, rounds, starts: Object.fromEntries(told) });
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function startOnce(name: (typeof names)[number]): Promise<number> {
  const daemon = await BenchDaemon.start({ folder: join(folder, name), config: { limits: { queue: 2 * waiting } } });
  try {
    const depth = await daemon.metric("hookd_queue_depth");
    if (depth !== (name === "empty" ? 0 : waiting)) throw new Error(`${depth} events wait after the start`);
    return daemon.readyMs;
  } finally {
    await daemon.stop();
  }
}
