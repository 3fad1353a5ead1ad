/**
 * A whole story from one seed: senders that try until they are acked, a disk that fails, processes that are killed or
 * lose power at a chosen change of the disk, and handlers that end as planned. What is real in it is all of hookd
 * between an event's acceptance and its end.
 */
import { Buffer } from "node:buffer";
import { randomFrom } from "../../src/cli/seeded-random.ts";
import type { NewEvent } from "../../src/model.ts";
import type { Signal } from "../../src/ports.ts";
import { fakeClock, settled } from "../support/fake-clock.ts";
import { FaultDisk } from "../support/fault-disk.ts";
import { begin, FOLDER, type Life } from "./life.ts";
import { type Ending, type Plan, type PlannedEvent, planOf } from "./plan.ts";
import type { Ack, Run, Settled, Story } from "./story.ts";

/** A sender that was not acked tries again. */
const RETRY_MS = 60;
const DOWN_MS = 200;
const STEP_MS = 40;
/** From then on nothing dies and the disk is well. */
const HEALED_AFTER = 150;
/** Then something hangs: what is planned takes a few hundred. */
const STEPS_MAX = 4000;
/** An interrupted run is nobody's fault and costs no attempt: for ever it would never end. */
const INTERRUPTIONS_MAX = 3;

interface Sending {
  at: number;
  events: readonly PlannedEvent[];
  /** The life in which its request is under way. */
  underWay: number | undefined;
  isAcked: boolean;
}

export async function simulate(seed: number): Promise<Story> {
  return await new Simulation(seed).play();
}

class Simulation {
  readonly #random;
  readonly #plan: Plan;
  readonly #disk: FaultDisk;
  readonly #sendings: Sending[];
  readonly #endings = new Map<string, Ending[]>();
  readonly #sent = new Map<string, string>();
  readonly #acks: Ack[] = [];
  readonly #runs: Run[] = [];
  readonly #settled: Settled[] = [];
  #clock = fakeClock();
  #moment = 0;
  #life = -1;
  #isAlive = false;
  #changes = 0;
  #deaths = 0;
  #faults = 0;
  #isHealed = false;

  constructor(seed: number) {
    this.#random = randomFrom(seed);
    this.#plan = planOf(this.#random);
    this.#disk = new FaultDisk(this.#random);
    const from = this.#clock.now();
    this.#sendings = this.#plan.requests.map(({ at, events }) => (
      { at: from + at, events, underWay: undefined, isAcked: false }
    ));
    this.#disk.onChange = () => this.#mayDie();
    this.#disk.onWrite = (_path, bytes) =>
      this.#breaks() ? { fault: "ENOSPC", written: Math.floor(this.#random() * bytes) } : undefined;
    this.#disk.onSync = () => this.#breaks() ? "EIO" : undefined;
  }

  async play(): Promise<Story> {
    let life: Life | undefined;
    let isOver = false;
    for (let step = 0; step < STEPS_MAX && !isOver; step++) {
      this.#isHealed = step > HEALED_AFTER;
      if (!this.#isAlive) life = await this.#begin();
      if (life === undefined) continue;
      this.#send(life);
      const nextMs = (this.#clock.next() ?? Infinity) - this.#clock.now();
      await this.#clock.advance(Math.min(Math.max(nextMs, 1), STEP_MS));
      isOver = this.#isAlive && this.#sendings.every(({ isAcked }) => isAcked) && life.depth() === 0;
    }
    this.#isHealed = true;
    return await this.#tell(isOver && await this.#stop(life!));
  }

  /** A new process on what is on the disk; undefined if it does not come up. */
  async #begin(): Promise<Life | undefined> {
    this.#life += 1;
    this.#changes = 0;
    this.#isAlive = true;
    this.#clock = fakeClock(this.#clock.now() + DOWN_MS);
    const life = this.#life;
    const { slots, segmentBytes, keepMs } = this.#plan;
    try {
      return await begin({
        session: this.#disk.session(),
        clock: this.#clock,
        random: this.#random,
        slots,
        segmentBytes,
        keepMs,
        run: (delivery) => this.#run(delivery, life),
        onSignal: (signal) => this.#onSignal(signal, life),
      });
    } catch {
      if (this.#isAlive) this.#disk.crash();
      this.#isAlive = false;
      return undefined;
    }
  }

  #mayDie(): void {
    const death = this.#plan.deaths[this.#deaths];
    if (!this.#isAlive || this.#isHealed || death === undefined || this.#changes++ < death.afterChanges) return;
    this.#deaths += 1;
    this.#isAlive = false;
    if (death.kind === "cut") this.#disk.cut();
    else this.#disk.crash();
  }

  #breaks(): boolean {
    if (this.#isHealed || this.#random() >= this.#plan.faults) return false;
    this.#faults += 1;
    return true;
  }

  #send(life: Life): void {
    for (const sending of this.#sendings) {
      if (sending.isAcked || sending.underWay === this.#life || sending.at > this.#clock.now()) continue;
      void this.#try(life, sending);
    }
  }

  async #try(life: Life, sending: Sending): Promise<void> {
    const number = sending.underWay = this.#life;
    const { events } = sending;
    const appended = await life.accept(events.map((event) => this.#newEvent(event))).catch(() => undefined);
    // The answer of a process that is gone reaches nobody.
    if (!this.#isAlive || this.#life !== number) return;
    sending.underWay = undefined;
    sending.at = this.#clock.now() + RETRY_MS;
    if (appended === undefined) return;
    sending.isAcked = true;
    for (const [n, each] of appended.entries()) {
      const { id } = each.kind === "stored" ? each.event : each.first.event;
      this.#acks.push({ key: events[n]!.key, id, at: this.#clock.now() });
    }
  }

  #newEvent({ key, order }: PlannedEvent): NewEvent {
    // Up to four pages of the disk, so that what is torn may miss its middle.
    const body = `{"for":"${key}","pad":"${"x".repeat(Number(key.slice(1)) * 397 % 1800)}"}`;
    this.#sent.set(key, body);
    return {
      source: "events",
      type: "order.placed",
      key,
      ...(order !== undefined && { orderingKey: order }),
      headers: ["Content-Type", "application/json"],
      body: Buffer.from(body),
      receivedAt: this.#clock.now(),
      windowMs: this.#plan.keepMs,
    };
  }

  async #run({ event, attempt }: { event: NewEvent & { id: string }; attempt: number }, life: number): Promise<Ending> {
    // Of a process that is gone.
    if (!this.#isAlive || this.#life !== life) return await new Promise<never>(() => {});
    const plan = this.#planned(event.key);
    const interrupted = this.#runs.filter(({ id, kind }) => id === event.id && kind === "interrupted").length;
    const planned = this.#nextEnding(event.id, plan);
    const kind = planned === "interrupted" && interrupted >= INTERRUPTIONS_MAX ? "ok" : planned;
    const { id, key, orderingKey: order } = event;
    const body = event.body.toString();
    const run: Run = {
      id,
      key,
      order,
      attempt,
      body,
      from: this.#moment++,
      to: Infinity,
      endedAt: Infinity,
      life,
      kind,
    };
    this.#runs.push(run);
    await new Promise<void>((resolve) => this.#clock.after(plan.runMs, resolve));
    run.to = this.#moment++;
    run.endedAt = this.#clock.now();
    return kind;
  }

  #planned(key: string): PlannedEvent {
    return this.#sendings.flatMap(({ events }) => events).find((each) => each.key === key)!;
  }

  #nextEnding(id: string, { endings }: PlannedEvent): Ending {
    const left = this.#endings.get(id) ?? [...endings];
    this.#endings.set(id, left);
    return left.length > 1 ? left.shift()! : left[0]!;
  }

  #onSignal(signal: Signal, life: number): void {
    if (signal.kind !== "settled" || !this.#isAlive || this.#life !== life) return;
    const { delivery, decision } = signal;
    this.#settled.push({
      id: delivery.event.id,
      decision: decision.kind,
      moment: this.#moment++,
      at: this.#clock.now(),
    });
  }

  /** Ends the process in good order while its clock goes on; whether it came to its end. */
  async #stop(life: Life): Promise<boolean> {
    let isEnded = false;
    void life.end().then(() => (isEnded = true));
    for (let step = 0; step < STEPS_MAX && !isEnded; step++) await this.#clock.advance(10);
    return isEnded;
  }

  /** The power goes once more, and what a new process finds counts. */
  async #tell(isOver: boolean): Promise<Story> {
    this.#isAlive = false;
    this.#disk.cut();
    const life = await this.#begin();
    const states = new Map<string, string | undefined>();
    for (const { id } of this.#acks) states.set(id, await life?.stateOf(id));
    await settled();
    return {
      sent: this.#sent,
      acks: this.#acks,
      runs: this.#runs,
      settled: this.#settled,
      states,
      lines: this.#disk.paths().filter((path) => path.endsWith(".jsonl") && path.startsWith(FOLDER))
        .flatMap((path) => this.#disk.bytesOf(path).toString().split("\n")).filter((line) => line !== ""),
      letters: await life?.letters() ?? [],
      keepMs: this.#plan.keepMs,
      endedAt: this.#clock.now(),
      deaths: this.#deaths,
      faults: this.#faults,
      isOver,
    };
  }
}
