/**
 * One closed-loop measurement of one subject: fresh folder and process, a warm-up, the measured window, and for a
 * subject that runs handlers the time until the last acked event is handled.
 */
import { performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import type { ClosedLoop, LoadOptions } from "../load/closed-loop.ts";
import type { RequestFile } from "../load/request-file.ts";
import type { RunningSubject, Subject } from "../subject.ts";
import { withFresh } from "./with-fresh.ts";

export interface SaturateOptions {
  /** Where the subject's fresh folder is made. */
  folder: string;
  requests: RequestFile;
  seconds: number;
  warmUpSeconds: number;
  connections: number;
  load(options: LoadOptions): Promise<ClosedLoop>;
}

export interface Saturation extends ClosedLoop {
  /** 2xx answers a second. */
  ackedPerSecond: number;
  settled?: Settled;
}

export interface Settled {
  /** Events handled, over the time from the first request to the last of them. */
  perSecond: number;
  /** From the first request of the measured window on. */
  handled: number;
  /** Whether all acked ones were handled before the time limit. */
  complete: boolean;
}

/** How many times the measured window handlers may take to catch up. */
const CATCH_UP = 3;
const POLL_MS = 25;

export async function saturate(subject: Subject, options: SaturateOptions): Promise<Saturation> {
  return await withFresh(subject, options.folder, (running) => measure(running, options));
}

async function measure(running: RunningSubject, options: SaturateOptions): Promise<Saturation> {
  const { load, seconds, warmUpSeconds } = options;
  const { path: file, stride, count } = options.requests;
  const shape = { url: running.url, file, stride, count, connections: options.connections };
  const warmUp = await load({ ...shape, first: 0, seconds: warmUpSeconds });
  const before = await handledBy(running, { events: acked(warmUp), limitMs: CATCH_UP * warmUpSeconds * 1000 });
  const startedAt = performance.now();
  const measured = await load({ ...shape, first: warmUp.next, seconds });
  const saturation = { ...measured, ackedPerSecond: acked(measured) / measured.seconds };
  if (before === undefined) return saturation;
  // What the warm-up left behind is handled first, and counts: it was this work that took the time.
  const owed = Math.max(0, acked(warmUp) - before.handled) + acked(measured);
  const limitMs = CATCH_UP * seconds * 1000;
  const after = (await handledBy(running, { events: before.handled + owed, limitMs }))!;
  const handled = after.handled - before.handled;
  const perSecond = handled / ((after.at - startedAt) / 1000);
  return { ...saturation, settled: { perSecond, handled, complete: handled >= owed } };
}

/** Waits until `events` are handled, or the limit; undefined for a subject that handles none. */
async function handledBy(
  { handled }: RunningSubject,
  { events, limitMs }: { events: number; limitMs: number },
): Promise<{ handled: number; at: number } | undefined> {
  if (handled === undefined) return undefined;
  const until = performance.now() + limitMs;
  for (;;) {
    const known = { handled: await handled(), at: performance.now() };
    if (known.handled >= events || known.at > until) return known;
    await pause(POLL_MS);
  }
}

function acked({ requests, refused }: ClosedLoop): number {
  return requests - refused;
}
