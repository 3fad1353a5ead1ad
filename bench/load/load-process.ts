/**
 * The load generator as a process, with one JSON argument (LoadPlan) and one line of JSON as its answer (LoadResult).
 * With a rate the loop is open: request n is due at n / rate, whatever the server does, and its latency counts from then.
 * Without one it is closed: each connection sends as soon as it is answered, for machines without wrk.
 */
import { performance } from "node:perf_hooks";
import process from "node:process";
import { Latencies } from "./latencies.ts";
import { Lane } from "./lane.ts";
import type { LoadPlan, LoadResult } from "./load-plan.ts";
import { RequestReader } from "./request-reader.ts";

/** How long the loop sleeps when nothing is to do: timers are too coarse, and spinning would take a core from the server. */
const NAP_MS = 0.05;
const LATE_MS = 1;
/** How long answers are awaited after the last request. */
const GRACE_MS = 10_000;

const plan = JSON.parse(process.argv[2]!) as LoadPlan;
const { hostname, port } = new URL(plan.url);
const requests = new RequestReader(plan.file, plan);
const latencies = new Latencies();
const nap = new Int32Array(new SharedArrayBuffer(4));
const result = { sent: 0, answered: 0, refused: 0, errors: 0, late: 0, queued: 0 };
let underWay = 0;
let lastTurnAt = 0;
let stallMs = 0;
let scheduled = 0;
let lastAnswerAt = 0;
let idle: Lane[] = [];
/** Not before all connections stand. */
let [startAt, measureAt, endAt] = [Infinity, Infinity, Infinity];

const needs = { host: hostname, port: Number(port), onFree: sendOrRest, onAnswer: record };
const lanes = Array.from({ length: plan.connections }, () => new Lane(needs));
while (idle.length < lanes.length) await new Promise((resolve) => setTimeout(resolve, 5));
startAt = performance.now() + 20;
measureAt = startAt + plan.warmUpSeconds * 1000;
endAt = measureAt + plan.seconds * 1000;
setTimeout(loop, 1);

function loop(): void {
  const now = performance.now();
  if (now >= measureAt) stallMs = Math.max(stallMs, now - lastTurnAt);
  lastTurnAt = now;
  sendDue(now);
  if (now >= endAt && (underWay === 0 || now >= endAt + GRACE_MS)) return finish();
  if (plan.rate !== undefined) Atomics.wait(nap, 0, 0, NAP_MS);
  setTimeoutOrImmediate(loop);
}

/** A closed loop lives on its answers; only an open one looks at the clock all the time. */
function setTimeoutOrImmediate(next: () => void): void {
  if (plan.rate === undefined) setTimeout(next, 5);
  else setImmediate(next);
}

/** Sends what is due on connections that rest. */
function sendDue(now: number): void {
  for (let due = nextDue(now); due <= now && idle.length > 0; due = nextDue(now)) {
    const lane = idle.pop()!;
    if (!lane.free) continue;
    if (now - due > LATE_MS && due >= measureAt) result.late += 1;
    send(lane, due);
  }
}

/** The time of the next request; Infinity after the last one. */
function nextDue(now: number): number {
  if (plan.rate === undefined) return now >= startAt && now < endAt ? now : Infinity;
  const due = startAt + (scheduled * 1000) / plan.rate;
  return due < endAt ? due : Infinity;
}

/** A connection that got free takes the request that has waited longest. */
function sendOrRest(lane: Lane): void {
  const now = performance.now();
  const due = nextDue(now);
  if (due > now) {
    idle.push(lane);
    return;
  }
  if (due >= measureAt && plan.rate !== undefined && idle.length === 0) result.queued += 1;
  send(lane, due);
}

function send(lane: Lane, due: number): void {
  scheduled += 1;
  underWay += 1;
  if (due >= measureAt) result.sent += 1;
  lane.send(requests.take(), due);
}

function record(due: number, status: number): void {
  underWay -= 1;
  if (due < measureAt) return;
  const now = performance.now();
  if (status === 0) result.errors += 1;
  else if (status < 200 || status > 299) result.refused += 1;
  else {
    result.answered += 1;
    lastAnswerAt = now;
    latencies.record(now - due);
  }
}

/** What was not sent in the end was due all the same: it counts as unanswered. */
function finish(): void {
  const due = plan.rate === undefined ? result.sent : Math.ceil(plan.rate * plan.seconds);
  for (const lane of lanes) lane.close();
  idle = [];
  const told: LoadResult = {
    ...result,
    unanswered: Math.max(0, due - result.answered - result.refused - result.errors),
    seconds: (Math.max(lastAnswerAt, endAt) - measureAt) / 1000,
    stallMs,
    next: requests.next,
    latencyMs: latencies.summary(),
  };
  requests.close();
  process.stdout.write(`${JSON.stringify(told)}\n`, () => process.exit(0));
}
