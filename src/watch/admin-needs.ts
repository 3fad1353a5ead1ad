/** What the admin listener shows and steers; `daemon.ts` fills it in with the rooms' own functions. */
import type { Static } from "typebox";
import type { Config } from "../config.ts";
import type { Operation, ProblemCase, Schema } from "../operation.ts";
import type { Archive, DeadLetters, Emit, LetterFilter, Store } from "../ports.ts";
import type { Health as HealthSchema } from "./admin-schemas.ts";
import type { Metrics } from "./metrics.ts";

/** The body of `/livez` and `/readyz`; 503 when `status` is failing. */
export type Health = Static<typeof HealthSchema>;

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
  version: string;
  /** Read for each request, so that a reload counts at once. */
  config(): AdminConfig;
  /** Operations of the public listener, for the OpenAPI document. */
  publicApi(): PublicApi;
  emit: Emit;
}

export interface PublicApi {
  /** How senders reach the public listener. */
  url: string;
  operations: readonly Operation[];
  schemas: Readonly<Record<string, Schema>>;
  securitySchemes: Readonly<Record<string, object>>;
  /** What it answers where it has no operation. */
  unrouted: readonly ProblemCase[];
}

export interface AdminConfig {
  admin: Pick<Config["admin"], "token" | "hosts">;
  sources: readonly { name: string; secrets: readonly string[]; params: Readonly<Record<string, string>> }[];
}
