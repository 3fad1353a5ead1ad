/** Builder of what a thread is given for a run. */
import type { RunRequest } from "../../src/execute/protocol.ts";
import { HEADER_END } from "../../src/execute/run-batch.ts";
import type { StoredEvent } from "../../src/model.ts";
import { aStoredEvent } from "../support/an-event.ts";

export function aRequest(over: Partial<RunRequest> = {}, event: StoredEvent = aStoredEvent()): RunRequest {
  const { id, source, type, key, orderingKey, receivedAt, headers, body } = event;
  const turn = { run: 1, file: 0, attempt: 1, timeoutMs: 60_000, dataPointer: "" };
  return { id, source, type, key, orderingKey, receivedAt, headers: headers.join(HEADER_END), body, ...turn, ...over };
}
