/** A store in memory that can be told to refuse, to fail, to be full, and to keep its answers back. */
import { HookdError } from "../../src/errors.ts";
import type { Decision, Delivery, EventRecord, NewEvent } from "../../src/model.ts";
import type { Appended, Clock, StoreStatus } from "../../src/ports.ts";
import { MemoryStore } from "../../src/store/memory.ts";

export interface FakeStore {
  append(events: readonly NewEvent[]): Promise<Appended[]>;
  find(eventId: string): Promise<EventRecord | undefined>;
  status(): StoreStatus;
  /** Takes the next delivery and ends its attempt. */
  finish(decision: Exclude<Decision, { kind: "give-back" }>): Promise<Delivery>;
  claim(): Promise<Delivery>;
  settleClaimed(delivery: Delivery, decision: Decision): Promise<void>;
  /** Resolves once the next `find` has answered. */
  found(): Promise<void>;
  /** Resolves once the next `append` is under way. */
  askedAgain(): Promise<void>;
  /** All that was asked to be appended. */
  readonly asked: NewEvent[];
  /** All that was stored anew. */
  readonly stored: Appended[];
  /** What `status` says instead of the truth. */
  pretend: Partial<StoreStatus>;
  /** What the next appends do instead of storing. */
  broken: "no" | "store" | "bug";
  /** While set, appends are done and their answers wait for it. */
  gate: Promise<void> | undefined;
}

export function fakeStore(clock: Clock): FakeStore {
  const memory = new MemoryStore(clock);
  const finders: (() => void)[] = [];
  const askers: (() => void)[] = [];
  const store: FakeStore = {
    asked: [],
    stored: [],
    pretend: {},
    broken: "no",
    gate: undefined,
    async append(events) {
      store.asked.push(...events);
      if (store.broken === "store") throw new HookdError("ERR_STORE_FULL", 'Cannot append to "00000001.seg": no space');
      if (store.broken === "bug") throw new TypeError("x is not a function at /secret/path");
      // As an engine with a disk tells it: the first event as it stood when it was read.
      const appended = (await memory.append(events)).map((each): Appended =>
        each.kind === "stored" ? each : { ...each, first: { ...each.first } }
      );
      store.stored.push(...appended.filter(({ kind }) => kind === "stored"));
      for (const tell of askers.splice(0)) tell();
      await store.gate;
      return appended;
    },
    async find(eventId) {
      const record = await memory.find(eventId);
      // After the caller has gone on.
      for (const tell of finders.splice(0)) setImmediate(tell);
      return record;
    },
    found: () => new Promise((resolve) => finders.push(resolve)),
    askedAgain: () => new Promise((resolve) => askers.push(resolve)),
    settleClaimed: (delivery, decision) => memory.settle(delivery, decision),
    status: () => ({ ...memory.status(), ...store.pretend }),
    async claim() {
      const [delivery] = await memory.claim(1, new AbortController().signal);
      return delivery!;
    },
    async finish(decision) {
      const delivery = await store.claim();
      await memory.settle(delivery, decision);
      return delivery;
    },
  };
  return store;
}
