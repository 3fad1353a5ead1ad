/** Opens the store engine that the config names, with the dead-letter file beside it. */
import { mkdir } from "node:fs/promises";
import type { Config } from "../config.ts";
import { HookdError, messageOf } from "../errors.ts";
import type { Archive, Clock, Emit, Store } from "../ports.ts";
import { DeadLetterFile } from "../store/dead-letters.ts";
import { Journal } from "../store/journal/journal.ts";
import { MemoryStore } from "../store/memory.ts";

export interface Stores {
  store: Store;
  archive: Archive;
  deadLetters: DeadLetterFile;
  close(): Promise<void>;
}

export interface StoresOptions {
  config: Config;
  routes: { bySource: ReadonlyMap<string, { windowMs: number }> };
  clock: Clock;
  emit: Emit;
}

/** `dlq.jsonl` is rotated at this size. */
const ROTATE_BYTES = 256 * 1024 * 1024;

/** How long events and keys must be known: the longest of retention and all windows. */
export function keepMsOf({ config, routes }: Pick<StoresOptions, "config" | "routes">): number {
  const windows = [...routes.bySource.values()].map(({ windowMs }) => windowMs);
  return Math.max(config.retention.processedMs, ...windows);
}

/** Rejects with ERR_STORE_*. The journal's lock also covers the dead-letter file, so it opens first. */
export async function openStores(options: StoresOptions): Promise<Stores> {
  const folder = options.config.dataDir;
  await makePrivate(folder);
  const { store, archive } = await openEngine(options);
  try {
    const deadLetters = await DeadLetterFile.open({ folder, rotateBytes: ROTATE_BYTES });
    const close = async () => {
      await deadLetters.close();
      await store.close();
    };
    return { store, archive, deadLetters, close };
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function openEngine(options: StoresOptions): Promise<{ store: Store; archive: Archive }> {
  const { config, clock, emit } = options;
  if (config.store.engine === "memory") {
    const store = new MemoryStore(clock);
    return { store, archive: store };
  }
  const store = await Journal.open({
    folder: config.dataDir,
    clock,
    emit,
    segmentBytes: config.store.segmentBytes,
    cacheEntries: config.idempotency.cache,
    retention: { keepMs: keepMsOf(options), deadMs: config.retention.deadMs },
  });
  return { store, archive: store.archive };
}

async function makePrivate(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new HookdError("ERR_STORE_UNREADABLE", `Cannot make the data directory "${folder}": ${messageOf(cause)}`, {
      cause,
    });
  }
}
