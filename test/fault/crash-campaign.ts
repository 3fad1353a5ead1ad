/**
 * Kills the daemon at random moments while senders press on, and hands over the evidence. The moments come from
 * a seed; what the machine does between them does not, so that a seed repeats the plan and not the interleaving.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type Ack, AckLog, type Evidence } from "../support/ack-log.ts";
import type { DaemonProcess } from "../support/daemon-process.ts";
import { randomFrom } from "../../src/cli/seeded-random.ts";
import { type Answer, SignedSender } from "../support/signed-post.ts";

export interface CrashPlan {
  kills: number;
  seed: number;
  /** Senders with an ordering key of their own, each waiting for an ack before it sends the next. */
  lanes: number;
  /** Senders without one. */
  freeLanes: number;
}

const RETRY_AFTER_MS = 15;
/** One in so many kills comes while the daemon is starting, one in so many acked events is sent again. */
const KILLS_AT_START = 5;
const REPEATS = 20;

export async function crashCampaign(daemon: DaemonProcess, plan: CrashPlan): Promise<Evidence> {
  const random = randomFrom(plan.seed);
  const senders = new Senders(daemon, plan);
  const sending = senders.run();
  for (let kill = 0; kill < plan.kills; kill++) {
    if (kill % KILLS_AT_START === KILLS_AT_START - 1) {
      await daemon.kill();
      await daemon.begin();
      await pause(random() * 400);
    } else {
      await pause(50 + random() * 550);
    }
    await daemon.kill();
    await daemon.launch();
  }
  senders.finish();
  await sending;
  await daemon.settled();
  await senders.repeatSome();
  return await gather(daemon, senders.acked);
}

/** Send unique signed events until told to finish; an event without an ack is sent again under its key. */
class Senders {
  readonly acked = new AckLog();
  readonly #daemon: DaemonProcess;
  readonly #plan: CrashPlan;
  readonly #sender = new SignedSender();
  #finishing = false;

  constructor(daemon: DaemonProcess, plan: CrashPlan) {
    this.#daemon = daemon;
    this.#plan = plan;
  }

  async run(): Promise<void> {
    const lanes = Array.from({ length: this.#plan.lanes + this.#plan.freeLanes }, (_, lane) => this.#lane(lane));
    await Promise.all(lanes);
  }

  /** Lets each lane get its last event acked. */
  finish(): void {
    this.#finishing = true;
  }

  /** A key that was acked must be known after all those kills, with the id of the first time. */
  async repeatSome(): Promise<void> {
    const acks = [...this.acked.acks.values()];
    const every = Math.ceil(acks.length / 100);
    for (const ack of acks.filter((_, index) => index % every === 0)) await this.#deliver(ack, postOf(ack));
    this.#sender.close();
  }

  async #lane(lane: number): Promise<void> {
    const random = randomFrom(this.#plan.seed * 1000 + lane);
    for (let seq = 0; !this.#finishing; seq++) {
      const order = lane < this.#plan.lanes ? `lane-${lane}` : undefined;
      const key = `${pick(random())}:${lane}:${seq}`;
      const ack = { key, seq, ...(order === undefined ? {} : { order }) };
      await this.#deliver(ack, postOf(ack));
      if (Math.floor(random() * REPEATS) === 0) await this.#deliver(ack, postOf(ack));
    }
  }

  async #deliver(ack: Pick<Ack, "key" | "order" | "seq">, post: ReturnType<typeof postOf>): Promise<void> {
    for (;;) {
      const answer = await this.#try(post);
      if (answer !== undefined && answer.status < 300) {
        return this.acked.add({ ...ack, eventId: answer.body.event_id, sha256: sha256(JSON.stringify(post.data)) });
      }
      assert.ok(answer === undefined || answer.status === 503, `${answer?.status} ${JSON.stringify(answer?.body)}`);
      await pause(RETRY_AFTER_MS);
    }
  }

  /** Undefined when nobody answered. */
  #try(post: ReturnType<typeof postOf>): Promise<Answer | undefined> {
    return this.#sender.post(`${this.#daemon.publicUrl}/webhooks/events`, post).catch(() => undefined);
  }
}

/** The same key always has the same body. */
function postOf({ key, order, seq }: Pick<Ack, "key" | "order" | "seq">) {
  return { type: key.split(":")[0]!, key, data: { order, seq, pad: "x".repeat((seq ?? 0) % 200) } };
}

/** Most events end well, some fail once, some always. */
function pick(chance: number): string {
  if (chance < 0.05) return "work.fails";
  return chance < 0.15 ? "work.flaky" : "work.ok";
}

async function gather(daemon: DaemonProcess, acked: AckLog): Promise<Evidence> {
  const states = new Map<string, string>();
  let cursor: string | undefined;
  do {
    const page = await daemon.admin(
      `/events?limit=1000${cursor === undefined ? "" : `&cursor=${encodeURIComponent(cursor)}`}`,
    );
    assert.equal(page.status, 200, JSON.stringify(page.body));
    for (const item of page.body.items) states.set(item.event_id, item.state);
    cursor = page.body.next ?? undefined;
  } while (cursor !== undefined);
  return { acked, effects: daemon.effects(), states, letters: lettersOf(daemon) };
}

/** Reads the dead-letter files as any reader would: line by line, each one JSON. */
function lettersOf(daemon: DaemonProcess): { id: string; event: { id: string; key: string } }[] {
  return readdirSync(join(daemon.folder, "data")).filter((name) => /^dlq.*\.jsonl$/.test(name)).sort()
    .flatMap((name) => daemon.read(`data/${name}`).split("\n"))
    .filter((line) => line !== "")
    .flatMap((line) => {
      // The kill may have torn a line; what is acked does not depend on it, and it must not hide others.
      const parsed = tryParse(line);
      return parsed?.event === undefined ? [] : [parsed];
    });
}

function tryParse(line: string) {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
