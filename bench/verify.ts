/**
 * What verification costs over the bare HMAC that it cannot do without: the same 2 KB bodies, one preset's verifier
 * and one createHmac over the raw body with a constant-time comparison, in turns, many rounds, medians of each.
 *
 *   npm run build && node dist/bench/verify.js [--rounds N]
 *   deno run -A bench/verify.ts [--rounds N]
 */
import { Buffer } from "node:buffer";
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { performance } from "node:perf_hooks";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { compileScheme } from "../src/accept/signature/scheme.ts";
import type { SignedRequest } from "../src/accept/signature/verdict.ts";
import { verify } from "../src/accept/signature/verify.ts";
import { presetOf } from "../src/presets/registry.ts";

const BODY_BYTES = 2048;
const REQUESTS = 2000;
const WARM_ROUNDS = 20;
const SECRET = "a secret of the bench, of 32 bytes";
const NOW = 1_700_000_000_000;
const RUNTIME = "Deno" in globalThis ? `deno ${process.versions.deno}` : `node ${process.versions.node}`;

interface Signed {
  request: SignedRequest;
  /** What a bare check has: the content that is signed and the signature's bytes. */
  content: Uint8Array[];
  signature: Buffer;
}

const SIGNERS: Record<string, (body: Buffer) => { headers: string[]; before: string }> = {
  hookd: (body) => ({ headers: ["X-Webhook-Signature", `sha256=${mac("", body).toString("hex")}`], before: "" }),
  github: (body) => ({ headers: ["X-Hub-Signature-256", `sha256=${mac("", body).toString("hex")}`], before: "" }),
  stripe: (body) => {
    const before = `${NOW / 1000}.`;
    return { headers: ["Stripe-Signature", `t=${NOW / 1000},v1=${mac(before, body).toString("hex")}`], before };
  },
};

const { values } = parseArgs({ options: { rounds: { type: "string" } } });
const rounds = Number(values.rounds ?? 31);
const results = Object.fromEntries(Object.keys(SIGNERS).map((preset) => [preset, measure(preset)]));
const report = {
  runtime: RUNTIME,
  cpu: cpus()[0]?.model ?? "unknown",
  bodyBytes: BODY_BYTES,
  requests: REQUESTS,
  rounds,
  results,
};
console.log(JSON.stringify(report, undefined, 2));
keep(report);

function measure(name: string) {
  const preset = presetOf(name);
  if (preset === undefined) throw new Error(`no preset ${name}`);
  const { scheme } = compileScheme(preset, { secrets: [SECRET], toleranceMs: undefined });
  const requests = Array.from({ length: REQUESTS }, () => signedBy(name));
  const verified = () => {
    for (const { request } of requests) {
      const verdict = verify(scheme, request, NOW);
      if (verdict instanceof Promise || verdict.kind !== "verified") throw new Error("not verified");
    }
  };
  const bare = () => {
    for (const { content, signature } of requests) {
      const hmac = createHmac("sha256", SECRET);
      for (const bytes of content) hmac.update(bytes);
      if (!timingSafeEqual(hmac.digest(), signature)) throw new Error("not equal");
    }
  };
  const times = { verified: [] as number[], bare: [] as number[] };
  // Until both are compiled.
  for (let round = 0; round < WARM_ROUNDS; round++) {
    bare();
    verified();
  }
  for (let round = 0; round < rounds; round++) {
    times.bare.push(microsecondsOf(bare));
    times.verified.push(microsecondsOf(verified));
  }
  const [bareUs, verifyUs] = [median(times.bare), median(times.verified)];
  return { bareUs: round3(bareUs), verifyUs: round3(verifyUs), ratio: round3(verifyUs / bareUs) };
}

function signedBy(name: string): Signed {
  const body = Buffer.from(JSON.stringify({ id: "evt", filling: randomBytes(BODY_BYTES / 2 - 20).toString("hex") }));
  const { headers, before } = SIGNERS[name]!(body);
  const request: SignedRequest = {
    method: "POST",
    url: undefined,
    query: "",
    // As many headers as a real sender has.
    headers: [
      ...["Host", "hooks.example.com", "User-Agent", "bench", "Content-Type", "application/json"],
      ...["Accept", "*/*", "Accept-Encoding", "gzip", "X-Event-Type", "order.placed", "Content-Length", "2048"],
      ...headers,
    ],
    body,
    depthMax: 64,
  };
  const content = before === "" ? [body] : [Buffer.from(before), body];
  return { request, content, signature: mac(before, body) };
}

function mac(before: string, body: Buffer): Buffer {
  return createHmac("sha256", SECRET).update(before).update(body).digest();
}

function microsecondsOf(work: () => void): number {
  const started = performance.now();
  work();
  return ((performance.now() - started) * 1000) / REQUESTS;
}

function median(numbers: number[]): number {
  return numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN;
}

function round3(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/** One entry for each runtime, beside those of others. */
function keep(one: { runtime: string }): void {
  const root = fileURLToPath(new URL(import.meta.url.includes("/dist/") ? "../../" : "../", import.meta.url));
  const path = `${root}bench/results/verify.json`;
  const all: { runtime: string }[] = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : [];
  const rest = all.filter(({ runtime }) => runtime.split(" ")[0] !== one.runtime.split(" ")[0]);
  writeFileSync(path, `${JSON.stringify([...rest, one], undefined, 2)}\n`);
}
