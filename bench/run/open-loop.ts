/**
 * One open-loop measurement of one subject: fdatasync alone, then a fresh folder and process, a warm-up at the same
 * rate, and the measured window.
 */
import type { RequestFile } from "../load/request-file.ts";
import type { LatencySummary } from "../load/latencies.ts";
import { type OpenLoop, runOpenLoop } from "../load/load.ts";
import { runJson } from "../run-json.ts";
import type { Subject } from "../subject.ts";
import { withFresh } from "./with-fresh.ts";

export interface OpenOptions {
  folder: string;
  requests: RequestFile;
  rate: number;
  seconds: number;
  warmUpSeconds: number;
  connections: number;
}

export interface OpenMeasured extends OpenLoop {
  rate: number;
  /** 64 KB and fdatasync alone, right before, in ms. */
  fdatasyncMs: LatencySummary;
}

const PROBE_SECONDS = 2;

export async function measureOpen(subject: Subject, options: OpenOptions): Promise<OpenMeasured> {
  const { rate, seconds, warmUpSeconds, connections, requests } = options;
  const probe = [options.folder, String(PROBE_SECONDS)];
  const fdatasyncMs = await runJson<LatencySummary>("machine/fdatasync-process", probe).result;
  return await withFresh(subject, options.folder, async ({ url }) => {
    const plan = { url, file: requests.path, stride: requests.stride, count: requests.count, first: 0 };
    const told = await runOpenLoop({ ...plan, rate, seconds, warmUpSeconds, connections });
    return { ...told, rate, fdatasyncMs };
  });
}
