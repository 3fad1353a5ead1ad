/** `hookd send`: signed events for any source, one or many, fair or foul, with an account of the answers. */
import { type Command, Option } from "commander";
import { timesRequired } from "../sender/signed-request.ts";
import { CHAOS_KINDS, type ChaosKind } from "./chaos.ts";
import { eventMaker, type EventOptions } from "./event-maker.ts";
import { ExitCode } from "./exit-code.ts";
import { examples } from "./listing.ts";
import type { Needs } from "./needs.ts";
import { commaList, headerLine, positiveNumber, wholeNumber } from "./option-values.ts";
import { printAnswer, printSummary } from "./send-report.ts";
import { type Run, type RunOptions, runSend } from "./send-run.ts";
import { findTarget, type SendTarget, type TargetOptions } from "./send-target.ts";

interface SendOptions extends TargetOptions, EventOptions, RunOptions {
  chaos?: ChaosKind[];
  json?: boolean;
}

const COUNT_MAX = 1_000_000;

export function registerSend(program: Command, needs: Needs): void {
  program.command("send")
    .description("send signed events, as the source's real sender would")
    .argument("<type>", "event type")
    .option("--data <json>", "the event's data: JSON, or @file (default: an example)")
    .option("--source <name>", "source in hookd.yaml (default: one that suits the type)")
    .option("--preset <preset>", "how to sign: any that a shared secret signs for (default: the source's)")
    .option("--key <key>", "idempotency key; {n} is the event's number (default: a new one each)")
    .option("--no-key", "no idempotency key: the body's hash is it")
    .option("--order <key>", "ordering key; {n} is the event's number")
    .option("--header <line>", "a further header, 'Name: value'; may be repeated; {n} as above", headerLine)
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
        "hookd send order.placed --source receive-with-dlq --key o1 --header 'X-Retry-Count: 2'",
      ) + ACCOUNT_HELP,
    )
    .action((type: string, options: SendOptions) => send(type, options, needs));
}

const ACCOUNT_HELP = `

Of more than one request, the answers are summed up, so that always
  sent = accepted + duplicates + rejected + failed + unanswered

  accepted    a 2xx for an event that hookd did not have before
  duplicates  hookd has the event already
  rejected    not taken, by the code of the problem; ignored events (204) too
  failed      taken and run, and the answer says that the handler failed
  unanswered  cut off on purpose (\`--chaos truncate\`), or a lost connection

Exit code 1: a good event was not taken, a spoiled one was, or a handler failed.`;

async function send(type: string, options: SendOptions, needs: Needs): Promise<void> {
  const target = await findTarget(type, options, needs);
  const eventOf = eventMaker(type, options, target);
  const { createSender } = await import("../sender/sender.ts");
  const sender = createSender({ ...target, connections: Math.max(options.concurrency, 256) });
  try {
    // Before a thousand of them fail for the same reason.
    sender.prepare(eventOf(1));
    const run = await runSend({ sender, target, eventOf }, options, needs);
    await report(run, options, needs);
    await explain(run, { target, options }, needs);
    if (run.failure !== undefined) throw run.failure;
    if (run.summary.unexpected > 0 || run.unsent > 0) throw new ExitCode(1);
  } finally {
    await sender.close();
  }
}

async function report(run: Run, { chaos, json }: SendOptions, { terminal: { out } }: Needs): Promise<void> {
  const { summary, answer, failure } = run;
  const seed = chaos === undefined ? {} : { seed: run.seed };
  const single = chaos === undefined ? answer : undefined;
  if (json) await out.write(`${JSON.stringify({ ...summary, ...seed, answer: single?.body })}\n`);
  else if (single !== undefined) await printAnswer(single, out);
  else if (summary.sent > 1 || failure === undefined) await printSummary(summary, seed, out);
}

/** What would puzzle in the numbers. */
async function explain(
  { summary, isTimeSigned, unsent }: Run,
  { target, options }: { target: SendTarget; options: SendOptions },
  { terminal: { err } }: Needs,
): Promise<void> {
  if (options.chaos?.includes("stale") && !isTimeSigned) {
    await err.write("This preset signs no time: stale events count as good ones\n");
  }
  const [time] = timesRequired(target.source?.schema);
  if (time !== undefined && summary.rejected_by_reason.idempotency_key_reused !== undefined) {
    await err.write(
      `This source requires "${time}", which is the time of sending: an event that is sent again with its key has ` +
        "another body. `--chaos duplicate` sends the same body twice\n",
    );
  }
  if (unsent > 0) await err.write(`Ended early: ${unsent} of ${summary.sent + unsent} requests were not sent\n`);
}
