/**
 * Carries out what `hookd send` was asked for: so many events, fair or foul, at once or at a rate, counted as
 * they end. Ctrl-C ends the run early, and what was sent until then is still accounted for.
 */
import { senderPreset, signsTime } from "../sender/sender-presets.ts";
import type { HookdError } from "../errors.ts";
import type { Answer, OutgoingEvent, Sender } from "../sender/sender.ts";
import { type ChaosKind, countShots, planShots, type Shot } from "./chaos.ts";
import type { Needs } from "./needs.ts";
import { closedLoop, monotonic, openLoop } from "./pace.ts";
import { startProgress } from "./progress.ts";
import { newSeed } from "./seeded-random.ts";
import type { SendTarget } from "./send-target.ts";
import { type Summary, Tally } from "./tally.ts";

export interface RunOptions {
  /** Events. */
  count: number;
  /** Requests a second; undefined: as fast as `concurrency` at once can go. */
  rate?: number;
  concurrency: number;
  chaos?: readonly ChaosKind[];
  /** Of the chaos; default: a new one. */
  seed?: number;
}

export interface Run {
  summary: Summary;
  /** Planned, and not sent because somebody ended the run. */
  unsent: number;
  seed: number;
  /** Whether the preset signs a time; else a stale event is as good as any. */
  isTimeSigned: boolean;
  /** Where only one request was sent: what came back. */
  answer?: Answer;
  /** Why the first of those that got no answer got none, those that were cut off on purpose left out. */
  failure?: HookdError;
}

/** Back further than anybody tolerates, whose limits are minutes. */
const STALE_BY_MS = 3_600_000;

/** Rejects only when an event does not fit the source (`ERR_USAGE`). */
export async function runSend(
  { sender, target, eventOf }: { sender: Sender; target: SendTarget; eventOf(number: number): OutgoingEvent },
  { count, rate, concurrency, chaos = [], seed = newSeed() }: RunOptions,
  { terminal, onSignal, exit }: Pick<Needs, "terminal" | "onSignal" | "exit">,
): Promise<Run> {
  const { createShoot } = await import("./shoot.ts");
  const isTimeSigned = signsTime(senderPreset(target.preset));
  const staleMs = STALE_BY_MS + (target.source?.toleranceMs ?? 0);
  const shoot = createShoot({ sender, eventOf, signsTime: isTimeSigned, staleMs, now: Date.now });
  const total = countShots({ count, kinds: chaos });
  const tally = new Tally(total);
  const kept: Pick<Run, "answer" | "failure"> = {};
  const progress = startProgress(total, terminal.err);
  const stop = total > 1 ? stopOn({ onSignal, exit }) : { asked: () => false, release() {} };
  const act = async (shot: Shot, plannedAtMs: number) => {
    const { answer, failure, ...ending } = await shoot(shot, plannedAtMs);
    tally.add(ending);
    if (failure !== undefined) kept.failure ??= failure;
    // Of many, the answers are counted and gone.
    if (answer !== undefined && total === 1) kept.answer = answer;
    progress.step();
  };
  const started = performance.now();
  try {
    const shots = until(stop.asked, planShots({ count, kinds: chaos, seed }));
    if (rate === undefined) await closedLoop(shots, { concurrency, act });
    else await openLoop(shots, { perSecond: rate, act, clock: monotonic });
  } finally {
    progress.stop();
    stop.release();
  }
  const summary = tally.sumUp((performance.now() - started) / 1000);
  return { summary, unsent: total - summary.sent, seed, isTimeSigned, ...kept };
}

/** The first Ctrl-C lets what is under way end, a second one ends the process. */
function stopOn({ onSignal, exit }: Pick<Needs, "onSignal" | "exit">) {
  let asked = false;
  const release = onSignal("SIGINT", () => {
    if (asked) exit(1);
    asked = true;
  });
  return { asked: () => asked, release };
}

function* until<Item>(stopped: () => boolean, items: Iterable<Item>): Generator<Item, void, undefined> {
  for (const item of items) {
    if (stopped()) return;
    yield item;
  }
}
