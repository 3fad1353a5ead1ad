/** Our own generator: the open loop, and the closed one where wrk is not installed. */
import { runJson } from "../run-json.ts";
import { watchCores } from "../machine/cores.ts";
import type { ClosedLoop, LoadOptions } from "./closed-loop.ts";
import type { LoadPlan, LoadResult } from "./load-plan.ts";

export interface OpenLoop extends LoadResult {
  generatorCores: number;
  serverCores: number;
}

export async function runOpenLoop(plan: LoadPlan & { rate: number }): Promise<OpenLoop> {
  return await runLoad(plan);
}

export async function runClosedLoop(options: LoadOptions): Promise<ClosedLoop> {
  const { sent: _, answered, refused, errors, ...rest } = await runLoad({ ...options, warmUpSeconds: 0 });
  const { seconds, latencyMs, next, generatorCores, serverCores } = rest;
  const { curve: __, count: ___, ...latency } = latencyMs;
  const requests = answered + refused;
  return {
    generator: "node",
    requests,
    refused,
    errors,
    seconds,
    latencyMs: latency,
    next,
    generatorCores,
    serverCores,
  };
}

async function runLoad(plan: LoadPlan): Promise<OpenLoop> {
  const { child, result } = runJson<LoadResult>("load/load-process", [JSON.stringify(plan)]);
  const cores = watchCores(child.pid!, plan.warmUpSeconds + plan.seconds);
  const [told, busy] = await Promise.all([result, cores]);
  return { ...told, ...busy };
}
