/**
 * The requests of a bench, made beforehand: one file of whole signed HTTP/1.1 requests, all of one length, so that
 * request n stands at n times that length. Each has its own body and its own random idempotency key. The file grows
 * where a run needs more; what is in it stays, since every run starts on empty data.
 */
import { Buffer } from "node:buffer";
import { createHmac, randomFillSync, randomUUID } from "node:crypto";
import { closeSync, existsSync, mkdirSync, openSync, readSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { RequestShape } from "../subject.ts";
import { BENCH_EVENT_TYPE, BENCH_PATH, BENCH_SECRET } from "../terms.ts";

export interface RequestFile {
  path: string;
  /** Bytes of one request, head and body. */
  stride: number;
  count: number;
}

/** More requests than any server here answers in a second, refusals included, so that no run is out of them. */
export const PER_SECOND_MAX = 90_000;

/** What all servers take, but for those that say otherwise. */
const COMMON: RequestShape = { path: BENCH_PATH, idempotencyHeader: "X-Idempotency-Key" };

/** Requests written at once. */
const CHUNK = 4096;

/** At least `count` requests with bodies of exactly `bodyBytes`. */
export function requestFile(
  folder: string,
  { bodyBytes, count, shape = COMMON }: { bodyBytes: number; count: number; shape?: RequestShape | undefined },
): RequestFile {
  mkdirSync(folder, { recursive: true });
  const next = requestMaker(bodyBytes, shape);
  const stride = next().length;
  const path = join(folder, `requests-${bodyBytes}-${fingerprint(bodyBytes, shape)}.bin`);
  const known = existsSync(path) ? Math.floor(statSync(path).size / stride) : 0;
  if (known < count) grow(path, { from: known, to: count, stride, next });
  // Reads it once, so that it is in the page cache when the load begins.
  else warm(path, stride * count);
  return { path, stride, count: Math.max(known, count) };
}

/** A file of an older shape is not taken for one of today's. */
function fingerprint(bodyBytes: number, shape: RequestShape): string {
  const { body, idAt, noteAt } = bodyTemplate(bodyBytes);
  return createHmac("sha256", BENCH_SECRET).update(body.subarray(0, idAt)).update(body.subarray(idAt + 36, noteAt))
    .update(headOf(bodyBytes, shape, { key: "", signature: "" })).digest("hex").slice(0, 8);
}

function grow(
  path: string,
  { from, to, stride, next }: { from: number; to: number; stride: number; next: () => Buffer },
): void {
  const file = openSync(path, from === 0 ? "w" : "r+");
  const chunk = Buffer.alloc(stride * CHUNK);
  for (let done = from; done < to;) {
    const size = Math.min(CHUNK, to - done);
    for (let index = 0; index < size; index++) next().copy(chunk, index * stride);
    writeSync(file, chunk, 0, size * stride, done * stride);
    done += size;
  }
  closeSync(file);
}

function warm(path: string, bytes: number): void {
  const buffer = Buffer.allocUnsafe(4 * 2 ** 20);
  const file = openSync(path, "r");
  for (let at = 0; at < bytes; at += buffer.length) readSync(file, buffer, 0, buffer.length, at);
  closeSync(file);
}

/** Makes one signed request after another; the Buffer is the same one each time, its bytes are not. */
function requestMaker(bodyBytes: number, shape: RequestShape): () => Buffer {
  const { body, idAt, noteAt, noteLength } = bodyTemplate(bodyBytes);
  const random = Buffer.alloc(Math.ceil((noteLength * 3) / 4));
  const signed = { key: randomUUID(), signature: "0".repeat(64) };
  const whole = Buffer.alloc(headOf(bodyBytes, shape, signed).length + bodyBytes);
  return () => {
    body.write(randomUUID(), idAt, "latin1");
    randomFillSync(random);
    body.write(random.toString("base64url").slice(0, noteLength), noteAt, "latin1");
    const signature = createHmac("sha256", BENCH_SECRET).update(body).digest("hex");
    const headLength = whole.write(headOf(bodyBytes, shape, { key: randomUUID(), signature }), 0, "latin1");
    body.copy(whole, headLength);
    return whole;
  };
}

function headOf(
  bodyBytes: number,
  { path, idempotencyHeader }: RequestShape,
  { key, signature }: { key: string; signature: string },
): string {
  return [
    `POST ${path} HTTP/1.1`,
    "Host: bench.example",
    "User-Agent: bench",
    "Content-Type: application/json",
    `Content-Length: ${bodyBytes}`,
    `X-Webhook-Signature: sha256=${signature}`,
    `X-Event-Type: ${BENCH_EVENT_TYPE}`,
    `${idempotencyHeader}: ${key}`,
    "\r\n",
  ].join("\r\n");
}

interface BodyTemplate {
  body: Buffer;
  idAt: number;
  noteAt: number;
  noteLength: number;
}

/** An order as shops send it: about half of the body are items, the rest is a note of random letters. */
function bodyTemplate(bodyBytes: number): BodyTemplate {
  const id = randomUUID();
  const items: unknown[] = [];
  const text = (note: string) =>
    JSON.stringify({
      event_type: BENCH_EVENT_TYPE,
      id,
      timestamp: "2026-01-01T00:00:00.000Z",
      data: { order_id: 4711, user_id: "user-17", currency: "EUR", total: 129.9, paid: true, items, note },
    });
  while (text("").length < bodyBytes / 2) items.push({ sku: `sku-${items.length + 1000}`, price: 12.99, quantity: 1 });
  const noteLength = bodyBytes - text("").length;
  if (noteLength < 64) throw new Error(`A body of ${bodyBytes} bytes is too small for what makes it unique`);
  const body = Buffer.from(text("n".repeat(noteLength)), "latin1");
  return { body, idAt: body.indexOf(id), noteAt: body.indexOf('"note":"') + '"note":"'.length, noteLength };
}
