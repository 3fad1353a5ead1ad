/**
 * The floors as a process: a bare node:http server that reads the body and answers 202, with `hmac` after verifying
 * its signature. What a receiver in JavaScript cannot be faster than.
 *
 *   node dist/bench/subjects/floor-server.js PORT [hmac]
 */
import { Buffer } from "node:buffer";
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import process from "node:process";
import { BENCH_SECRET } from "../terms.ts";

const [port, verifies] = process.argv.slice(2);
const ANSWER = Buffer.from('{"status":"accepted"}');
const HEADERS = { "Content-Type": "application/json", "Content-Length": ANSWER.length };

createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
    const taken = request.method === "GET" || verifies === undefined || isSigned(request, body);
    response.writeHead(taken ? 202 : 401, HEADERS).end(ANSWER);
  });
}).listen(Number(port), "127.0.0.1");

function isSigned(request: IncomingMessage, body: Buffer): boolean {
  const given = String(request.headers["x-webhook-signature"]);
  const expected = `sha256=${createHmac("sha256", BENCH_SECRET).update(body).digest("hex")}`;
  return given.length === expected.length && timingSafeEqual(Buffer.from(given, "latin1"), Buffer.from(expected));
}
