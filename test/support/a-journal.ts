/** A journal on a fault disk, and short ways to use it. */
import assert from "node:assert/strict";
import type { Decision, Delivery, NewEvent } from "../../src/model.ts";
import { Journal } from "../../src/store/journal/journal.ts";
import type { JournalOptions } from "../../src/store/journal/open-journal.ts";
import { anEvent } from "./an-event.ts";
import { type FakeClock, fakeClock } from "./fake-clock.ts";
import { FaultDisk } from "./fault-disk.ts";

export const HOUR = 3_600_000;
export const KEEP = 24 * HOUR;

interface JournalRigOptions extends JournalOptions {
  disk: FaultDisk;
  clock: FakeClock;
}

export interface JournalRig {
  readonly disk: FaultDisk;
  readonly clock: FakeClock;
  readonly journal: Journal;
  /** Opens it again on what is on the disk; the one before is left as it is, with the clock that it had. */
  reopen(over?: Partial<JournalRigOptions>): Promise<void>;
  /** Stores one event; resolves to its id. */
  store(over?: Partial<NewEvent>): Promise<string>;
  claim(): Promise<Delivery>;
  /** Claims one delivery and settles it. */
  settle(decision: Decision): Promise<void>;
}

export async function aJournal(options: Partial<JournalRigOptions> = {}): Promise<JournalRig> {
  const { disk = new FaultDisk() } = options;
  let { clock = fakeClock() } = options;
  const never = new AbortController().signal;
  const open = (over: Partial<JournalRigOptions>) => {
    clock = over.clock ?? clock;
    const defaults = {
      folder: "/data",
      emit: () => {},
      cacheEntries: 0,
      segmentBytes: 100_000,
      retention: { keepMs: KEEP, deadMs: Infinity },
      compactEveryMs: HOUR,
    };
    return Journal.open({ ...defaults, ...options, ...over, clock, disk: disk.session() });
  };
  let journal = await open({});
  const claim = async () => (await journal.claim(1, never))[0]!;
  return {
    disk,
    get clock() {
      return clock;
    },
    get journal() {
      return journal;
    },
    reopen: async (over = {}) => void (journal = await open(over)),
    async store(event = {}) {
      const [appended] = await journal.append([anEvent({ receivedAt: clock.now(), windowMs: KEEP, ...event })]);
      assert.ok(appended?.kind === "stored");
      return appended.event.id;
    },
    claim,
    settle: async (decision) => await journal.settle(await claim(), decision),
  };
}

export function segmentName(number: number): string {
  return `/data/journal/${String(number).padStart(8, "0")}.seg`;
}
