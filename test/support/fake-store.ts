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
      const appended = await memory.append(events);
      store.stored.push(...appended.filter(({ kind }) => kind === "stored"));
      await store.gate;
      return appended;
    },
    find: (eventId) => memory.find(eventId),
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
