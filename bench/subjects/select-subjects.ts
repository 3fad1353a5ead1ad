/** All that can be measured, by name. */
import type { Subject } from "../subject.ts";
import { floor, floorHmac } from "./floor.ts";
import { hookd, hookdAck } from "./hookd.ts";
import { DENO_RUNTIME, NODE, type Runtime } from "./runtime.ts";

const RUNTIMES: Record<string, Runtime> = { node: NODE, deno: DENO_RUNTIME };
const OURS: Record<string, (runtime: Runtime) => Subject> = {
  floor,
  "floor-hmac": floorHmac,
  "hookd-ack": hookdAck,
  hookd,
};
/** Rivals run on what their makers say, whatever ours run on. */
const RIVALS: readonly Subject[] = [];

/** In the order asked for, ours once for each runtime. Throws where one is unknown or cannot run here. */
export async function selectSubjects(names: readonly string[], runtimes: readonly string[]): Promise<Subject[]> {
  const subjects = names.flatMap((name) => {
    const make = OURS[name];
    if (make !== undefined) return runtimes.map((runtime) => make(runtimeNamed(runtime)));
    return RIVALS.find((rival) => rival.name === name) ?? unknown(name);
  });
  for (const subject of subjects) {
    const why = await subject.unavailable();
    if (why !== undefined) throw new Error(`${subject.name} cannot run here: ${why}`);
  }
  return subjects;
}

function runtimeNamed(name: string): Runtime {
  return RUNTIMES[name] ?? unknown(name);
}

function unknown(name: string): never {
  const known = [...Object.keys(OURS), ...RIVALS.map((rival) => rival.name), ...Object.keys(RUNTIMES)];
  throw new Error(`"${name}" is not known here; there are ${known.join(", ")}`);
}
