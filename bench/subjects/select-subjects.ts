/** All that can be measured, by name. */
import type { Subject } from "../subject.ts";
import { RIVALS } from "../rivals/rivals.ts";
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

export interface Selected {
  subjects: Subject[];
  /** What was asked for and cannot run here, with the reason. */
  unavailable: Record<string, string>;
}

/** In the order asked for, ours once for each runtime; "rivals" names all of them, which run on what their makers say. Throws for a name that is none. */
export async function selectSubjects(names: readonly string[], runtimes: readonly string[]): Promise<Selected> {
  const asked = names.flatMap((name) => named(name, runtimes));
  const selected: Selected = { subjects: [], unavailable: {} };
  for (const subject of asked) {
    const why = await subject.unavailable();
    if (why === undefined) selected.subjects.push(subject);
    else selected.unavailable[subject.name] = why;
  }
  return selected;
}

function named(name: string, runtimes: readonly string[]): readonly Subject[] {
  if (name === "rivals") return RIVALS;
  const make = OURS[name];
  if (make !== undefined) return runtimes.map((runtime) => make(runtimeNamed(runtime)));
  return [RIVALS.find((rival) => rival.name === name) ?? unknown(name)];
}

function runtimeNamed(name: string): Runtime {
  return RUNTIMES[name] ?? unknown(name);
}

function unknown(name: string): never {
  const known = [...Object.keys(OURS), ...RIVALS.map((rival) => rival.name), ...Object.keys(RUNTIMES)];
  throw new Error(`"${name}" is not known here; there are ${known.join(", ")}`);
}
