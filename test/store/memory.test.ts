import { MemoryStore } from "../../src/store/memory.ts";
import { exerciseStore } from "../contract/store.ts";
import { fakeClock } from "../support/fake-clock.ts";

exerciseStore("memory", () => {
  const clock = fakeClock();
  const store = new MemoryStore(clock);
  return Promise.resolve({ store, archive: store, clock });
});
