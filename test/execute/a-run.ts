/** Builder of a run on its way to a thread. */
import type { RunRequest } from "../../src/execute/protocol.ts";
import type { Packable } from "../../src/execute/run-batch.ts";
import type { StoredEvent } from "../../src/model.ts";
import { aDelivery, aStoredEvent } from "../support/an-event.ts";
import { aRequest } from "./a-request.ts";

export interface RunOver {
  event?: Partial<StoredEvent>;
  attempt?: number;
  file?: number;
  timeoutMs?: number;
  dataPointer?: string | undefined;
}

export function aRun(number: number, over: RunOver = {}): Packable {
  const { file = 0, timeoutMs = 60_000, attempt = 1 } = over;
  const dataPointer = "dataPointer" in over ? over.dataPointer : "";
  const delivery = aDelivery({ event: aStoredEvent(over.event), attempt });
  return { number, delivery, plan: { entry: { file }, timeoutMs, dataPointer } };
}

/** What the thread is given of it. */
export function aRequestOf({ number, delivery: { event, attempt }, plan }: Packable): RunRequest {
  const { entry: { file }, timeoutMs, dataPointer } = plan;
  const body = new Uint8Array(event.body);
  return { ...aRequest({ run: number, file, timeoutMs, attempt, dataPointer, body }, event), body };
}
