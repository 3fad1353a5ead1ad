/** `hookd send`: signed events for any source, one or many, fair or foul, with a summary of the answers. */
import { type Command, Option } from "commander";
import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import { HookdError, messageOf } from "../errors.ts";
import type { OutgoingEvent, Sender } from "../sender/sender.ts";
import { senderPreset, signsTime } from "../sender/sender-presets.ts";
import { CHAOS_KINDS, type ChaosKind, planShots, type Shot } from "./chaos.ts";
import { exampleData } from "./example-events.ts";
import { ExitCode } from "./exit-code.ts";
import { examples } from "./listing.ts";
import type { Needs } from "./needs.ts";
import { commaList, positiveNumber, wholeNumber } from "./option-values.ts";
import { closedLoop, monotonic, openLoop } from "./pace.ts";
import { startProgress } from "./progress.ts";
import { newSeed } from "./seeded-random.ts";
import { printAnswer, printSummary } from "./send-report.ts";
import { findTarget, type SendTarget, type TargetOptions } from "./send-target.ts";
import type { Ending } from "./shoot.ts";
import { sumUp } from "./tally.ts";

interface SendOptions extends TargetOptions {
  data?: string;
  /** False after `--no-key`. */
  key?: string | false;
  order?: string;
  count: number;
  rate?: number;
  concurrency: number;
  chaos?: ChaosKind[];
  seed?: number;
  json?: boolean;
}

/** Further back than any provider tolerates, whose limits are minutes. */
const STALE_BY_MS = 3_600_000;
const COUNT_MAX = 1_000_000;

export function registerSend(program: Command, needs: Needs): void {
  program.command("send")
    .description("send signed events, as the source's real sender would")
    .argument("<type>", "event type")
    .option("--data <json>", "the event's data: JSON, or @file (default: an example)")
    .option("--source <name>", "source in hookd.yaml (default: one that suits the type)")
    .option("--preset <preset>", "how to sign: hookd, github, stripe, standard (default: the source's)")
    .option("--key <key>", "idempotency key; {n} is the event's number (default: a new one each)")
    .option("--no-key", "no idempotency key: the body's hash is it")
    .option("--order <key>", "ordering key; {n} is the event's number")
    .option("--url <url>", "where to (default: listen of hookd.yaml and the source's path)")
    .option("--secret <secret>", "signing secret (default: the source's, else the one that `serve --dev` made)")
    .option("--config <file>", "configuration (default: hookd.yaml, where there is one)")
    .option("--count <n>", "events", wholeNumber(1, COUNT_MAX), 1)
    .addOption(
      new Option("--rate <r>", "requests a second, whatever the answers do").argParser(positiveNumber(100_000))
        .conflicts("concurrency"),
    )
    .option("--concurrency <n>", "requests at once, without --rate", wholeNumber(1, 10_000), 1)
    .option("--chaos <list>", `mix in, by commas: ${CHAOS_KINDS.join(", ")}`, commaList(CHAOS_KINDS))
    .option("--seed <n>", "of the chaos, to have the same again", wholeNumber(0, 2 ** 32 - 1))
    .option("--json", "the summary as one JSON document")
    .addHelpText(
      "after",
      examples(
        "hookd send user.created",
        `hookd send order.placed --data '{"order_id":"o1","user_id":"u1"}' --key order-o1`,
        "hookd send push --source github --data @push.json",
        "hookd send user.created --count 10000 --concurrency 64 --order 'user_{n}'",
        "hookd send user.created --count 100 --rate 20 --chaos duplicate,tamper,truncate --seed 7",
      ),
    )
    .action((type: string, options: SendOptions) => send(type, options, needs));
}

async function send(type: string, options: SendOptions, needs: Needs): Promise<void> {
  const target = await findTarget(type, options, needs);
  const eventOf = eventMaker(type, options, target);
  const { createSender } = await import("../sender/sender.ts");
  const sender = createSender({ ...target, connections: Math.max(options.concurrency, 256) });
  try {
    // Before a thousand of them fail for the same reason.
    sender.prepare(eventOf(1));
    await sendAll({ sender, target, eventOf }, options, needs);
  } finally {
    await sender.close();
  }
}

async function sendAll(
  { sender, target, eventOf }: { sender: Sender; target: SendTarget; eventOf(number: number): OutgoingEvent },
  options: SendOptions,
  needs: Needs,
): Promise<void> {
  const { createShoot } = await import("./shoot.ts");
  const { count, rate, concurrency, chaos = [], seed = newSeed() } = options;
  const isTimeSigned = signsTime(senderPreset(target.preset));
  const staleMs = STALE_BY_MS + (target.source?.toleranceMs ?? 0);
  const shoot = createShoot({ sender, eventOf, signsTime: isTimeSigned, staleMs, now: Date.now });
  const shots = planShots({ count, kinds: chaos, seed });
  const endings: Ending[] = [];
  const progress = startProgress(shots.length, needs.terminal.err);
  const act = async (shot: Shot, plannedAtMs: number) => {
    endings.push(await shoot(shot, plannedAtMs));
    progress.step();
  };
  const started = performance.now();
  try {
    if (rate === undefined) await closedLoop(shots, { concurrency, act });
    else await openLoop(shots, { perSecond: rate, act, clock: monotonic });
  } finally {
    progress.stop();
  }
  await report({ endings, seconds: (performance.now() - started) / 1000, seed, isTimeSigned }, options, needs);
}

async function report(
  { endings, seconds, seed, isTimeSigned }: {
    endings: readonly Ending[];
    seconds: number;
    seed: number;
    isTimeSigned: boolean;
  },
  { chaos, json }: SendOptions,
  { terminal }: Needs,
): Promise<void> {
  const summary = sumUp(endings, seconds);
  const [only] = endings;
  const single = endings.length === 1 && chaos === undefined ? only?.answer : undefined;
  const failure = endings.find((ending) => ending.failure !== undefined)?.failure;
  if (json) {
    await terminal.out.write(`${JSON.stringify({ ...summary, ...(chaos && { seed }), answer: single?.body })}\n`);
  } else if (single !== undefined) await printAnswer(single, terminal.out);
  else if (endings.length > 1 || failure === undefined) {
    await printSummary(summary, { ...(chaos && { seed }) }, terminal.out);
  }
  if (chaos?.includes("stale") && !isTimeSigned) {
    await terminal.err.write("This preset signs no time: stale events count as good ones\n");
  }
  if (failure !== undefined) throw failure;
  if (summary.unexpected > 0) throw new ExitCode(1);
}

function eventMaker(type: string, options: SendOptions, target: SendTarget): (number: number) => OutgoingEvent {
  const data = options.data === undefined ? exampleData(type) : readData(options.data, target);
  return (number) => ({
    type,
    data,
    ...(options.key === undefined ? {} : { key: options.key === false ? null : numbered(options.key, number) }),
    ...(options.order === undefined ? {} : { orderingKey: numbered(options.order, number) }),
  });
}

function numbered(text: string, number: number): string {
  return text.replaceAll("{n}", String(number));
}

/** As bytes: what is signed and sent should be what the file holds. */
function readData(option: string, { source }: SendTarget): Buffer {
  const bytes = option.startsWith("@") ? readDataFile(option.slice(1)) : Buffer.from(option);
  if (source?.data === "body") return bytes;
  try {
    JSON.parse(bytes.toString());
    return bytes;
  } catch (cause) {
    throw new HookdError("ERR_USAGE", `The text of --data is not JSON: ${messageOf(cause)}`, { cause });
  }
}

function readDataFile(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new HookdError("ERR_USAGE", `Cannot read the file of --data: ${messageOf(cause)}`, { cause });
  }
}
