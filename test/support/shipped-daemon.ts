/**
 * The daemon on the very hookd.yaml and handlers that are shipped, on free ports and a folder of its own. Beside
 * the shipped handlers stands `test/fixtures/shipped/gated.ts`, whose runs a test can hold back or let fail.
 */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse, stringify } from "yaml";
import { aProjectFolder } from "./a-project-folder.ts";
import { DaemonProcess, SECRET } from "./daemon-process.ts";
import { assertDocumented } from "./documented.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

export const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
export const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

export interface ShippedSetup {
  /** Handler files beside the shipped ones. */
  handlers?: Record<string, string>;
  /** Sources beside the shipped ones. */
  sources?: Record<string, unknown>;
  /** Replaces top keys of the shipped config, for what only another setting shows. */
  config?: Record<string, unknown>;
  env?: Record<string, string>;
  /** How many of the latest lines of the log are kept, where the default is too few. */
  linesKept?: number;
}

export function startShipped(
  { handlers, sources, config, env = {}, linesKept }: ShippedSetup = {},
): Promise<DaemonProcess> {
  const shipped = shippedConfig();
  return DaemonProcess.start({
    handlers: { ...shippedHandlers(), ...handlers },
    config: { ...shipped, ...config, sources: { ...shipped.sources, ...sources } },
    env,
    ...(linesKept !== undefined && { linesKept }),
  });
}

/** A folder with the shipped config and handlers, for a daemon that is not to start; the path of its hookd.yaml. */
export function shippedProject(handlers: Record<string, string> = {}): string {
  const file = aProjectFolder(stringify(shippedConfig()), { ...shippedHandlers(), ...handlers });
  mkdirSync(join(dirname(file), "node_modules"));
  symlinkSync(ROOT, join(dirname(file), "node_modules/hookd"));
  return file;
}

/** hookd.yaml but for the places that a test must have for itself. */
export function shippedConfig(): Record<string, unknown> & { sources: Record<string, object> } {
  const { handlers: _, ...config } = parse(readFileSync(join(ROOT, "hookd.yaml"), "utf8"));
  return { ...config, listen: "127.0.0.1:0", admin: { listen: "127.0.0.1:0" }, data: "./data" };
}

/** Every handler file by name, those of folders under a name of their own, and the gated one. */
function shippedHandlers(): Record<string, string> {
  const folder = join(ROOT, "workers/handlers");
  const files = readdirSync(folder, { recursive: true }).map(String).filter((file) => file.endsWith(".ts"));
  assert.ok(files.length > 0);
  return {
    ...Object.fromEntries(
      files.map((file) => [file.replaceAll(/[/\\]/g, "-"), readFileSync(join(folder, file), "utf8")]),
    ),
    "gated.ts": readFileSync(join(ROOT, "test/fixtures/shipped/gated.ts"), "utf8"),
  };
}

/** Lets the runs that wait at this gate go on, and all that come to it. */
export function openGate(daemon: DaemonProcess, gate: string): void {
  daemon.write(`effects.jsonl.${gate}`, "");
}

/** A request of preset `hookd`; bytes are sent as they are, all else as JSON. */
export function signed(data: unknown, headers: Record<string, string> = {}) {
  const body = Buffer.isBuffer(data) ? data : Buffer.from(JSON.stringify(data));
  const mac = createHmac("sha256", SECRET).update(body).digest("hex");
  return { body, headers: { "Content-Type": "application/json", "X-Webhook-Signature": `sha256=${mac}`, ...headers } };
}

/** `GET /webhooks/status/{id}`, with `?wait=30s` unless another query is given. */
export async function statusOf(daemon: DaemonProcess, id: string, query = "?wait=30s") {
  const path = `/webhooks/status/${id}${query}`;
  const response = await fetch(daemon.publicUrl + path);
  const [{ status, headers }, text] = [response, await response.text()];
  const seen = { method: "GET", path, status, headers: Object.fromEntries(headers), text };
  await assertDocumented(daemon.publicUrl, seen);
  return { status, headers, body: JSON.parse(text) };
}

/** The fields of an answer that a test cannot know are checked by pattern and taken out. */
export function without(body: Record<string, unknown>, patterns: Record<string, RegExp>): Record<string, unknown> {
  const rest = { ...body };
  for (const [name, pattern] of Object.entries(patterns)) {
    assert.match(String(rest[name]), pattern, `${name} of ${JSON.stringify(body)}`);
    delete rest[name];
  }
  return rest;
}
