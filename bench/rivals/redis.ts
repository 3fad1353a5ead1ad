/**
 * A redis-server of its own for one rival, with the settings that its queue's docs ask for: an append-only file, and
 * `noeviction`, without which BullMQ does not work properly.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { freePort, ProcessGroup } from "./process-group.ts";

/** When Redis syncs its append-only file: before each answer, or once a second behind it. */
export type Appendfsync = "always" | "everysec";

export const REDIS_PROGRAMS = { "redis-server": "redis-server" };

export async function startRedis(
  folder: string,
  appendfsync: Appendfsync,
): Promise<{ port: number; group: ProcessGroup }> {
  const home = join(folder, "redis");
  mkdirSync(home);
  const port = await freePort();
  const settings = {
    bind: "127.0.0.1",
    port: String(port),
    dir: home,
    appendonly: "yes",
    appendfsync,
    "maxmemory-policy": "noeviction",
    // The append-only file is the durable copy; snapshots beside it would only cost.
    save: "",
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  const group = new ProcessGroup({ name: "redis", run: ["redis-server", ...args], folder: home });
  await group.ready(port);
  return { port, group };
}
