/** What the journal says of itself to the path, to health and to metrics. */
import type { StoreStatus } from "../../ports.ts";
import type { JournalCore } from "./journal-core.ts";

/** A view that is read on each request: made once, and each property looks when it is asked. */
export function statusOf({ state, log, firstSeen, damage }: JournalCore): StoreStatus {
  return {
    get accepting() {
      return log.failure === undefined;
    },
    get reason() {
      return log.failure?.message;
    },
    get depth() {
      return state.waiting.size;
    },
    get running() {
      return state.mailboxes.running;
    },
    get oldestReceivedAt() {
      const oldest = state.waiting.oldest();
      return oldest === undefined ? undefined : state.waiting.receivedAt[oldest]!;
    },
    get mailboxes() {
      return state.mailboxes.counts();
    },
    get idempotency() {
      return { entries: firstSeen.cacheEntries, cacheHits: firstSeen.cacheHits };
    },
    damage,
  };
}
