/**
 * What a handler returned, as JSON text. A result that cannot be kept is refused, not failed: the work is done,
 * and a retry would only repeat its effects and fail in the same way.
 */
import { Buffer } from "node:buffer";
import type { RunAnswer } from "../protocol.ts";
import { failureOf } from "./failure-of.ts";

/** `undefined` is kept as `null`. */
export function answerToReturn(value: unknown, resultBytesMax: number): RunAnswer {
  let text: string | undefined;
  try {
    text = value === undefined ? "null" : JSON.stringify(value);
  } catch (error) {
    return refused("ERR_RESULT_INVALID", `The handler's result cannot be written as JSON: ${failureOf(error).message}`);
  }
  if (text === undefined) {
    return refused("ERR_RESULT_INVALID", `The handler's result cannot be written as JSON: its type is ${typeof value}`);
  }
  const bytes = Buffer.byteLength(text);
  if (bytes <= resultBytesMax) return { kind: "ok", result: text };
  return refused("ERR_RESULT_TOO_LARGE", `The handler's result has ${bytes} bytes as JSON, above ${resultBytesMax}`);
}

function refused(code: string, message: string): RunAnswer {
  return { kind: "refused", failure: { code, message } };
}
