import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import process from "node:process";
import { Journal } from "../../../src/store/journal/journal.ts";
import type { Delivery } from "../../../src/model.ts";
import { anEvent } from "../../support/an-event.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { FaultDisk } from "../../support/fault-disk.ts";
import { randomFrom } from "../../../src/cli/seeded-random.ts";

const SCHEDULES = Number(process.env.HOOKD_SCHEDULES ?? 60);
const SEED = Number(process.env.HOOKD_SEED ?? Math.floor(Math.random() * 1e9));

describe(`the journal under ${SCHEDULES} seeded schedules of faults and power cuts (HOOKD_SEED=${SEED})`, () => {
  it("loses nothing that it acknowledged, stores no key twice, keeps order, settles once", async () => {
    for (let n = 0; n < SCHEDULES; n++) {
      const schedule = new Schedule(SEED + n);
      try {
        await schedule.play();
      } catch (error) {
        throw new Error(`schedule with HOOKD_SEED=${SEED + n} HOOKD_SCHEDULES=1 failed`, { cause: error });
      }
    }
  });
});

/** What the sender and the handlers know, against which the journal is held after each crash. */
class Schedule {
  readonly #random: () => number;
  readonly #disk: FaultDisk;
  readonly #clock = fakeClock();
  /** Event ids by key, as acknowledged. */
  readonly #acked = new Map<string, string>();
  /** How each event was settled, as acknowledged by `settle`. */
  readonly #settled = new Map<string, "completed" | "dead">();
  /** Attempts whose failure was made durable. */
  readonly #charged = new Map<string, number>();
  readonly #uncertain = new Set<string>();
  /** As they were at some time. */
  readonly #summaries: Buffer[] = [];
  #journal!: Journal;
  #keys = 0;
  #freshFrom = 0;

  constructor(seed: number) {
    this.#random = randomFrom(seed);
    this.#disk = new FaultDisk(this.#random);
  }

  async play(): Promise<void> {
    await this.#open();
    for (let life = 0; life < 6; life++) {
      const steps = 2 + Math.floor(this.#random() * 8);
      for (let step = 0; step < steps; step++) await this.#step();
      // Some calls are under way when the end comes: they may or may not have happened.
      const underWay = this.#pick([0, 1, 2]) === 0 ? [] : [this.#append(), this.#append()];
      this.#endLife();
      await Promise.all(underWay);
      await this.#open();
      await this.#check();
    }
    await this.#journal.close();
  }

  async #step(): Promise<void> {
    const dice = this.#random();
    if (dice < 0.55) {
      await Promise.all(Array.from({ length: 1 + Math.floor(this.#random() * 5) }, () => this.#append()));
    } else if (dice < 0.9) await this.#handle();
    else if (dice < 0.95) this.#breakDisk();
    else if (dice < 0.97) await this.#clock.advance(2000);
    else for (let turn = 0; turn < 20; turn++) await this.#clock.advance(500);
  }

  #breakDisk(): void {
    const fault = this.#pick(["EIO", "ENOSPC"] as const);
    let left = 1 + Math.floor(this.#random() * 3);
    const once = <T>(answer: T): T | undefined => {
      if (left-- > 0) return answer;
      this.#disk.onWrite = () => undefined;
      this.#disk.onSync = () => undefined;
      return undefined;
    };
    if (this.#random() < 0.5) this.#disk.onSync = () => once("EIO" as const);
    else this.#disk.onWrite = (_path, bytes) => once({ fault, written: Math.floor(bytes * this.#random()) });
  }

  /** A new key, or one that was sent before; sometimes one whose answer never came. */
  async #append(): Promise<void> {
    const resend = this.#keys > 0 && this.#random() < 0.3;
    const n = resend ? Math.floor(this.#random() * this.#keys) : this.#keys++;
    const key = `k${n}`;
    const event = anEvent({
      key,
      orderingKey: `o${n % 3}`,
      receivedAt: this.#clock.now(),
      body: new TextEncoder().encode(`body of ${key}`),
    });
    try {
      const [appended] = await this.#journal.append([event]);
      const id = appended!.kind === "stored" ? appended!.event.id : appended!.first.event.id;
      const before = this.#acked.get(key);
      if (before !== undefined) assert.equal(id, before, `${key} was stored a second time`);
      if (before !== undefined) assert.equal(appended!.kind, "duplicate");
      this.#acked.set(key, id);
    } catch (error) {
      if ((error as { code?: string }).code === undefined) throw error;
    }
  }

  async #handle(): Promise<void> {
    const abort = new AbortController();
    const claimed = this.#journal.claim(1 + Math.floor(this.#random() * 3), abort.signal);
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    abort.abort();
    for (const delivery of await claimed) await this.#settle(delivery);
  }

  async #settle(delivery: Delivery): Promise<void> {
    const { id } = delivery.event;
    assert.equal(this.#settled.get(id), undefined, `${id} ran again after it was settled`);
    assert.equal(
      delivery.attempt,
      (this.#charged.get(id) ?? 0) + 1 +
        (this.#uncertain.has(id) ? delivery.attempt - (this.#charged.get(id) ?? 0) - 1 : 0),
    );
    const failure = { code: "Error", message: "no luck" };
    const how = this.#pick(["complete", "complete", "retry", "dead-letter", "give-back"] as const);
    try {
      if (how === "give-back") await this.#journal.settle(delivery, { kind: how });
      else if (how === "retry") {
        await this.#journal.settle(delivery, { kind: how, at: this.#clock.now() + 1000, failure });
      } else if (how === "complete") await this.#journal.settle(delivery, { kind: how, result: "1" });
      else await this.#journal.settle(delivery, { kind: how, failure, park: false });
      if (how === "complete") this.#settled.set(id, "completed");
      if (how === "dead-letter") this.#settled.set(id, "dead");
      if (how === "retry") this.#charged.set(id, delivery.attempt);
    } catch (error) {
      if ((error as { code?: string }).code === undefined) throw error;
      this.#uncertain.add(id);
    }
  }

  #endLife(): void {
    if (this.#random() < 0.7) this.#disk.cut();
    else this.#disk.crash();
    this.#disk.onWrite = () => undefined;
    this.#disk.onSync = () => undefined;
    if (this.#random() < 0.3) this.#spoilSummary();
  }

  /** Torn, changed, or in the place of another one: of an older life, or of another segment. */
  #spoilSummary(): void {
    const paths = this.#disk.paths().filter((path) => path.endsWith(".sum"));
    if (paths.length === 0) return;
    const path = this.#pick(paths);
    const bytes = Buffer.from(this.#disk.bytesOf(path));
    this.#summaries.push(bytes);
    const how = this.#pick(["torn", "changed", "another"] as const);
    const at = Math.floor(this.#random() * bytes.length);
    if (how === "changed" && bytes.length > 0) bytes[at]! ^= 1 << Math.floor(this.#random() * 8);
    this.#disk.overwrite(path, how === "torn" ? bytes.subarray(0, at) : this.#pick(this.#summaries));
  }

  async #open(): Promise<void> {
    this.#journal = await Journal.open({
      folder: "/data",
      disk: this.#disk.session(),
      clock: this.#clock,
      emit: () => {},
      segmentBytes: 1500,
      cacheEntries: this.#pick([0, 10]),
      retention: { keepMs: 86_400_000, deadMs: Infinity },
    });
    this.#freshFrom = this.#keys;
  }

  async #check(): Promise<void> {
    assert.deepEqual(this.#journal.status().damage, [], "a crash is no damage");
    for (const [key, id] of this.#acked) {
      const found = await this.#journal.find(id);
      assert.ok(found, `${key} (${id}) was acknowledged and is gone`);
      assert.equal(new TextDecoder().decode(found.event.body), `body of ${key}`);
      const settled = this.#settled.get(id);
      if (settled !== undefined) assert.equal(found.state, settled, `${key} was settled as ${settled}`);
    }
    const all = await this.#journal.archive.list({ limit: 1000 });
    const keys = all.items.map(({ event }) => event.key);
    assert.equal(new Set(keys).size, keys.length, "no key is stored twice");
    assert.ok(this.#freshFrom <= this.#keys);
    assert.equal(this.#journal.status().depth, all.items.filter(({ settledAt }) => settledAt === undefined).length);
  }

  #pick<T>(choices: readonly T[]): T {
    return choices[Math.floor(this.#random() * choices.length)]!;
  }
}
