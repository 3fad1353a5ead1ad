/**
 * What it costs to find out whose turn it is: events that are added, taken and finished a second, without ordering keys
 * and with one, a thousand and all different ones, each from a backlog that is filled and then drained.
 *
 *   npm run build && node dist/bench/micro/mailboxes.js [--rounds N] [--count N]
 *   deno run -A bench/micro/mailboxes.ts
 */
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { Mailboxes } from "../../src/store/mailboxes.ts";
import { keepResult, ofRounds } from "../keep-result.ts";
import { ratios, rotated } from "../statistics.ts";

/** As many as the dispatcher claims at once by default. */
const LIMIT = 32;
const NOW = 1_700_000_000_000;

/** The mailbox of the event in a slot; 0 is none. Spread like hashes, as the store makes them. */
const KEYS: Record<string, (slot: number) => number> = {
  none: () => 0,
  one: () => 7_654_321_987,
  thousand: (slot) => (slot % 1000) * 9_007_199_254_741 + 1,
  different: (slot) => slot * 900_719_925 + 1,
};

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "15" }, count: { type: "string", default: "100000" } },
});
const [rounds, count] = [Number(values.rounds), Number(values.count)];
const names = Object.keys(KEYS);
const rates: Record<string, number[]> = Object.fromEntries(names.map((name) => [name, []]));
for (let round = -2; round < rounds; round++) {
  for (const name of rotated(names, Math.max(round, 0))) {
    const rate = measure(KEYS[name]!);
    if (round >= 0) rates[name]!.push(rate);
  }
}
const results = Object.fromEntries(names.map((name) => [name, {
  perSecond: ofRounds(rates[name]!),
  nsPerEvent: ofRounds(rates[name]!.map((rate) => 1e9 / rate)),
  ratioToNone: ofRounds(ratios(rates[name]!, rates["none"]!)),
}]));
keepResult("mailboxes", { backlog: count, takenAtOnce: LIMIT, rounds, orderingKeys: results });

function measure(mailboxOf: (slot: number) => number): number {
  const mailboxes = new Mailboxes();
  const startedAt = performance.now();
  for (let slot = 0; slot < count; slot++) mailboxes.add(slot, mailboxOf(slot));
  let finished = 0;
  for (let taken = mailboxes.take(LIMIT, NOW); taken.length > 0; taken = mailboxes.take(LIMIT, NOW)) {
    for (const slot of taken) mailboxes.finish(slot);
    finished += taken.length;
  }
  if (finished !== count) throw new Error(`${finished} of ${count} were taken`);
  return count / ((performance.now() - startedAt) / 1000);
}
