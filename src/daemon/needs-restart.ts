/** What a reload cannot change, because it was bound or opened at the start. Pure. */
import { isDeepStrictEqual } from "node:util";
import type { Config } from "../config.ts";
import type { Project } from "./project.ts";
import { keepMsOf } from "./stores.ts";

const FIXED: Record<string, (config: Config) => unknown> = {
  listen: ({ listen }) => listen,
  "admin.listen": ({ admin }) => admin.listen,
  data: ({ dataDir }) => dataDir,
  store: ({ store }) => store,
  "idempotency.cache": ({ idempotency }) => idempotency.cache,
  "retention.dead": ({ retention }) => retention.deadMs,
  "limits of the listener": ({ limits: { headerBytesMax, headerTimeoutMs, requestTimeoutMs, connectionsMax } }) => [
    headerBytesMax,
    headerTimeoutMs,
    requestTimeoutMs,
    connectionsMax,
  ],
};

/** Names of the settings that differ and take effect only at a start. */
export function needsRestart(now: Project, next: Project): string[] {
  const changed = Object.entries(FIXED)
    .filter(([, read]) => !isDeepStrictEqual(read(now.config), read(next.config)))
    .map(([name]) => name);
  // A shorter time is fine: things are kept longer than they need be.
  if (keepMsOf(next) > keepMsOf(now)) changed.push("retention.processed or idempotency.ttl (longer than before)");
  return changed;
}
