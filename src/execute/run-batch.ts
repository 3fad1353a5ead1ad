/**
 * How runs cross to a thread, and answers back: those of one turn of the event loop in one message. The message
 * is what costs, more than what is in it (measured on the main thread, an empty run with a body of 1 KB: as a
 * task of its own 12 to 15 us on Node 20 and 28 on Deno, in batches of a turn 2.1 to 3.4 and 5).
 */
import type { Delivery } from "../model.ts";
import type { HandlerEntry } from "../ports.ts";
import type { RunAnswer, RunRequest } from "./protocol.ts";

export interface RunPlan {
  entry: Pick<HandlerEntry, "file">;
  timeoutMs: number;
  /** JSON pointer into the body, or undefined for the body as text. */
  dataPointer: string | undefined;
}

/** A run that is to be packed. */
export interface Packable {
  /** 1 to 2^31-1, unique while it is in flight; written on the board. */
  readonly number: number;
  readonly delivery: Delivery;
  readonly plan: RunPlan;
}

/** The bodies, one after the other, and then `WIDTH` fields for each run. */
export type RunBatch = readonly [bodies: ArrayBuffer | undefined, ...fields: unknown[]];
/** For each run its number and its answer: JSON text if the handler returned, which nearly all do. */
export type AnswerBatch = readonly (number | string | Exclude<RunAnswer, { kind: "ok" }>)[];

/** From so many bytes of bodies on a batch is full: a message must not hold up a thread, or double the memory. */
export const BATCH_BYTES_MAX = 256 * 1024;

/** Between the texts of a request's headers: the one character that no header can hold. */
export const HEADER_END = "\0";

const WIDTH = 13;

/** The first of `runs` as one message, up to the bound and at least one; `next` is the first left out. */
export function packRuns(runs: readonly Packable[], from = 0): { batch: RunBatch; next: number } {
  let next = from;
  let bytes = 0;
  while (next < runs.length && (next === from || bytes + bodyOf(runs[next]!).length <= BATCH_BYTES_MAX)) {
    bytes += bodyOf(runs[next++]!).length;
  }
  // One copy of each body, and one buffer that is handed over: measured, 64 runs on Node 20: 0.7 us each, as objects 1.4.
  const bodies = bytes === 0 ? undefined : new Uint8Array(bytes);
  const batch: [ArrayBuffer | undefined, ...unknown[]] = [bodies?.buffer];
  let at = 0;
  for (let i = from; i < next; i++) {
    const { number, plan: { entry, timeoutMs, dataPointer }, delivery: { event, attempt } } = runs[i]!;
    const { id, source, type, key, orderingKey, receivedAt, headers, body } = event;
    batch.push(number, entry.file, timeoutMs, attempt, id, source, type, key, orderingKey, receivedAt);
    // Joined here and not before: a text that is made at the last moment is garbage at once.
    batch.push(headers.join(HEADER_END), dataPointer, body.length);
    bodies?.set(body, at);
    at += body.length;
  }
  return { batch, next };
}

function bodyOf({ delivery: { event } }: Packable): Uint8Array {
  return event.body;
}

/** The runs of a batch. Their bodies share one buffer: no handler may be given it. */
export function unpackRuns(batch: RunBatch): RunRequest[] {
  const bodies = batch[0] ?? new ArrayBuffer(0);
  const requests: RunRequest[] = [];
  let at = 0;
  for (let i = 1; i + WIDTH <= batch.length; i += WIDTH) {
    const bytes = batch[i + 12] as number;
    requests.push({
      run: batch[i] as number,
      file: batch[i + 1] as number,
      timeoutMs: batch[i + 2] as number,
      attempt: batch[i + 3] as number,
      id: batch[i + 4] as string,
      source: batch[i + 5] as string,
      type: batch[i + 6] as string,
      key: batch[i + 7] as string,
      orderingKey: batch[i + 8] as string | undefined,
      receivedAt: batch[i + 9] as number,
      headers: batch[i + 10] as string,
      dataPointer: batch[i + 11] as string | undefined,
      body: new Uint8Array(bodies, at, bytes),
    });
    at += bytes;
  }
  return requests;
}
