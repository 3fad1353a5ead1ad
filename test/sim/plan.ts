/** What happens in one simulated story, all of it from the seed: who sends what and when, how runs end, what breaks. */
import type { Outcome } from "../../src/model.ts";
import type { Random } from "../../src/ports.ts";

export interface PlannedEvent {
  key: string;
  order: string | undefined;
  /** Each run's ending; the last one is repeated. */
  endings: readonly Ending[];
  runMs: number;
}

export type Ending = Outcome["kind"] | "later";

/** One request, of one event or of a list. Those of one key have the same body. */
export interface PlannedRequest {
  at: number;
  events: readonly PlannedEvent[];
}

export interface Death {
  /** A power cut loses what was not synced; a kill loses nothing of what was written. */
  kind: "cut" | "kill";
  /** After so many changes of the disk in that life. */
  afterChanges: number;
}

export interface Plan {
  requests: readonly PlannedRequest[];
  deaths: readonly Death[];
  /** Share of writes and of syncs that fail. */
  faults: number;
  slots: number;
  segmentBytes: number;
  keepMs: number;
}

export const ATTEMPTS = 3;
const ORDERS = ["a", "b", undefined];
const ENDINGS: readonly Ending[] = ["ok", "ok", "ok", "failed", "refused", "interrupted", "later"];

export function planOf(random: Random): Plan {
  const upTo = (max: number) => Math.floor(random() * (max + 1));
  const one = <T>(of: readonly T[]) => of[upTo(of.length - 1)]!;
  const events = Array.from({ length: 2 + upTo(8) }, (_, n): PlannedEvent => ({
    key: `k${n}`,
    order: one(ORDERS),
    endings: Array.from({ length: 1 + upTo(3) }, () => one(ENDINGS)),
    runMs: 1 + upTo(150),
  }));
  const requests = events.map((event): PlannedRequest => ({ at: upTo(1500), events: [event] }));
  // Lists, and copies of what was or will be sent.
  for (let n = upTo(2); n > 0; n--) requests.push({ at: upTo(1500), events: [one(events), one(events)] });
  for (let n = upTo(3); n > 0; n--) requests.push({ at: upTo(2500), events: [one(events)] });
  return {
    requests: requests.sort((a, b) => a.at - b.at),
    deaths: Array.from({ length: upTo(4) }, () => ({ kind: one(["cut", "kill"]), afterChanges: upTo(60) })),
    faults: random() < 0.4 ? 0.03 : 0,
    slots: 1 + upTo(4),
    segmentBytes: one([1500, 4000, 100_000]),
    keepMs: one([3_000, 3_600_000]),
  };
}
