/** One process of a simulated daemon: the real store, dead letters, dispatch and settlement over a fake clock and disk. */
import { Awaited } from "../../src/accept/awaited.ts";
import { QueueRoom } from "../../src/accept/queue-room.ts";
import { storeEvents } from "../../src/accept/store-events.ts";
import { joinPath } from "../../src/daemon/join-path.ts";
import type { Project } from "../../src/daemon/project.ts";
import type { DeadLetter, Delivery, NewEvent, Outcome } from "../../src/model.ts";
import type { Appended, Attempted, HandlerEntry, Random, Signal } from "../../src/ports.ts";
import { reconcile } from "../../src/settle/redeliver.ts";
import { DeadLetterFile } from "../../src/store/dead-letters.ts";
import { Journal } from "../../src/store/journal/journal.ts";
import { aConfig, aSource } from "../support/a-config.ts";
import { aProject } from "../support/a-project.ts";
import type { FakeClock } from "../support/fake-clock.ts";
import type { FaultSession } from "../support/fault-disk.ts";
import { faultLogDisk } from "../support/fault-log-disk.ts";
import { ATTEMPTS, type Ending } from "./plan.ts";

export const FOLDER = "/data";
/** So small that letters are rotated too. */
const ROTATE_BYTES = 600;

export interface LifeNeeds {
  session: FaultSession;
  clock: FakeClock;
  random: Random;
  slots: number;
  segmentBytes: number;
  keepMs: number;
  /** Runs a handler; resolves when it has ended. */
  run(delivery: Delivery): Promise<Ending>;
  onSignal(signal: Signal): void;
}

export interface Life {
  /** As a request's events are stored; undefined where it is refused. */
  accept(events: readonly NewEvent[]): Promise<readonly Appended[] | undefined>;
  stateOf(id: string): Promise<string | undefined>;
  letters(): Promise<DeadLetter[]>;
  depth(): number;
  /** As SIGTERM does. */
  end(): Promise<void>;
}

/** Rejects where the disk refuses the start. */
export async function begin(needs: LifeNeeds): Promise<Life> {
  const { session, clock, random, slots, segmentBytes, keepMs, onSignal: emit } = needs;
  const journal = await Journal.open({
    folder: FOLDER,
    disk: session,
    clock,
    emit,
    segmentBytes,
    cacheEntries: 3,
    retention: { keepMs, deadMs: Infinity },
    compactEveryMs: 400,
  });
  const stores = { store: journal, archive: journal.archive };
  const deadLetters = await DeadLetterFile.open({
    folder: FOLDER,
    rotateBytes: ROTATE_BYTES,
    disk: faultLogDisk(session),
  });
  const died = await reconcile({ ...stores, deadLetters, clock });
  const path = joinPath({
    ...stores,
    deadLetters,
    awaited: new Awaited(clock),
    died,
    project: () => projectWith(slots),
    pool: () => ({ run: (delivery, _plan, ended) => void attempt(needs, delivery).then(ended) }),
    clock,
    random,
    emit,
  });
  path.start();
  const queue = new QueueRoom({ clock, store: journal, limits: () => ({ queueMax: 1000 }), draining: () => false });
  return {
    async accept(events) {
      const answer = await storeEvents({ store: journal, queue }, events, (appended) => ({ kind: "stored", appended }));
      return answer.kind === "stored" ? answer.appended : undefined;
    },
    stateOf: async (id) => (await journal.find(id))?.state,
    letters: async () => (await deadLetters.list({ limit: 1000 })).items,
    depth: () => journal.status().depth,
    async end() {
      await path.drain();
      await deadLetters.close();
      await journal.close();
    },
  };
}

async function attempt({ clock, run }: LifeNeeds, delivery: Delivery): Promise<Attempted> {
  const startedAt = clock.now();
  const ending = await run(delivery);
  return { outcome: outcomeOf(ending), startedAt, durationMs: clock.now() - startedAt };
}

const failure = { code: "Error", message: "no luck" };

function outcomeOf(ending: Ending): Outcome {
  switch (ending) {
    case "ok":
      return { kind: "ok", result: "1" };
    case "failed":
    case "refused":
      return { kind: ending, failure };
    case "later":
      return { kind: "failed", failure, retryAfterMs: 700 };
    case "interrupted":
      return { kind: "interrupted", cause: "stuck" };
  }
}

function projectWith(slots: number): Project {
  const entry: HandlerEntry = { file: 0, fileName: "a.ts", events: ["*"], retry: { attempts: ATTEMPTS, baseMs: 200 } };
  const config = aConfig({
    pool: { ...aConfig().pool, threads: 1, perThread: slots },
    sources: [aSource({ mode: "ack" })],
  });
  return aProject(config, { entries: [entry], match: () => entry });
}
