/** The floors: what any receiver on the same runtime pays for HTTP, and for HTTP and an HMAC. */
import type { Subject } from "../subject.ts";
import { BENCH_PATH } from "../terms.ts";
import { freePort, startChild } from "./child.ts";
import { nameOn, type Runtime } from "./runtime.ts";

export function floor(runtime: Runtime): Subject {
  return floorSubject(runtime, {
    name: "floor",
    title: "bare node:http",
    promises: "The body was read.",
    lacks: "Everything: not verified, not stored, not handled.",
    args: [],
  });
}

export function floorHmac(runtime: Runtime): Subject {
  return floorSubject(runtime, {
    name: "floor-hmac",
    title: "bare node:http and an HMAC",
    promises: "The body was read and its signature is right.",
    lacks: "Not stored, not handled; a duplicate is not noticed.",
    args: ["hmac"],
  });
}

function floorSubject(
  runtime: Runtime,
  { name, title, promises, lacks, args }: Pick<Subject, "name" | "title" | "promises" | "lacks"> & { args: string[] },
): Subject {
  return {
    name: nameOn(runtime, name),
    title: runtime.name === "node" ? title : `${title} (${runtime.name})`,
    promises,
    lacks,
    unavailable: async () => runtime.version() === undefined ? `${runtime.name} is not installed` : undefined,
    versions: async () => ({ [runtime.name]: runtime.version() ?? "?" }),
    async start() {
      const port = await freePort();
      const origin = `http://127.0.0.1:${port}`;
      const { pid, stop } = await startChild(
        [...runtime.command("bench/subjects/floor-server"), String(port), ...args],
        {
          readyUrl: origin,
        },
      );
      return { url: `${origin}${BENCH_PATH}`, pid, stop };
    },
  };
}
