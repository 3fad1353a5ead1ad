/** What the admin listener shows and steers; `daemon.ts` fills it in with the rooms' own functions. */
import type { Config } from "../config.ts";
import type { Archive, DeadLetters, Emit, LetterFilter, Store } from "../ports.ts";
import type { Metrics } from "./metrics.ts";

/** The body of `/livez` and `/readyz`; 503 when `status` is failing. */
export interface Health {
  status: "ok" | "failing";
  checks: Record<string, { ok: boolean; detail?: string }>;
}

/** Dead letters back into the store, or out of the list. */
export interface Redeliver {
  /** Ids of the letters that were retried, and how many are still open. */
  retryLetters(
    filter: Pick<LetterFilter, "type" | "source" | "ids">,
  ): Promise<{ retried: string[]; remaining: number }>;
  /** False if the letter is not open any more. */
  retryLetter(letterId: string): Promise<boolean>;
  /** False if the letter is not open any more. */
  dropLetter(letterId: string): Promise<boolean>;
}

export interface AdminNeeds {
  store: Pick<Store, "find">;
  archive: Pick<Archive, "list" | "replay" | "mailboxes" | "hold">;
  deadLetters: Pick<DeadLetters, "list" | "find" | "count">;
  redeliver: Redeliver;
  metrics: Pick<Metrics, "text" | "stats">;
  health: { live(): Health; ready(): Health };
  /** Read for each request, so that a reload counts at once. */
  config(): AdminConfig;
  emit: Emit;
}

export interface AdminConfig {
  admin: Pick<Config["admin"], "token" | "hosts">;
  sources: readonly { name: string; secrets: readonly string[] }[];
}
