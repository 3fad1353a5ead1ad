/** What `hookd doctor` asks a daemon that runs: whether it is ready, what waits for a person, which secrets are in use. */
import { HookdError } from "../errors.ts";
import type { AdminClient } from "./admin-client.ts";
import type { Finding } from "./doctor-machine.ts";

interface Health {
  status: string;
  checks: Record<string, { ok: boolean; detail?: string }>;
}

/** A source as the config has it, without its secrets. */
export interface SourceSecrets {
  name: string;
  secrets: number;
  notAfter: readonly (number | undefined)[];
}

export interface DaemonNeeds {
  client: Pick<AdminClient, "get" | "text">;
  sources: readonly SourceSecrets[];
  now: () => number;
}

/** A daemon that does not answer is no fault: `doctor` is also asked before the first start. */
export async function daemonFindings(needs: DaemonNeeds): Promise<Finding[]> {
  try {
    const ready = readyFinding(await health(needs));
    const { count } = await needs.client.get<{ count: number }>("/dlq", { limit: 1 });
    const metrics = await needs.client.text("/metrics");
    return [ready, lettersFinding(count), ...needs.sources.flatMap((source) => secretFindings(source, metrics, needs))];
  } catch (error) {
    if (!(error instanceof HookdError)) throw error;
    return [{ check: "daemon", state: "warning", found: error.message, fix: error.hint }];
  }
}

/** `/readyz` answers 503 with the same body, which the client would take for a failure. */
async function health({ client }: DaemonNeeds): Promise<Health> {
  return JSON.parse(await client.text("/readyz"));
}

function readyFinding({ status, checks }: Health): Finding {
  const failing = Object.entries(checks).filter(([, { ok }]) => !ok).map(([name, { detail }]) => told(name, detail));
  if (status !== "ok") {
    return { check: "daemon", state: "fault", found: `not ready: ${failing.join(", ")}`, fix: "see its log" };
  }
  const notes = Object.entries(checks).flatMap(([name, { detail = "" }]) =>
    detail.startsWith("damaged") ? [told(name, detail)] : []
  );
  if (notes.length === 0) return { check: "daemon", state: "ok", found: "ready" };
  return {
    check: "daemon",
    state: "warning",
    found: `ready; ${notes.join(", ")}`,
    fix: "keep data/journal/damaged; see docs/operations.md",
  };
}

function told(name: string, detail: string | undefined): string {
  return detail === undefined ? name : `${name} (${detail})`;
}

function lettersFinding(count: number): Finding {
  if (count === 0) return { check: "dead letters", state: "ok", found: "none" };
  return { check: "dead letters", state: "warning", found: `${count} open`, fix: "hookd dlq list; hookd dlq retry" };
}

/** During a rotation the question is which secret the sender signs with by now. */
function secretFindings({ name, secrets, notAfter }: SourceSecrets, metrics: string, { now }: DaemonNeeds): Finding[] {
  return Array.from({ length: secrets }, (_, key): Finding => {
    const check = `secret ${name}[${key}]`;
    const at = lastMatch(metrics, { source: name, key });
    const until = notAfter[key];
    const matched = at === undefined ? "has not matched since the start" : `matched ${ago(now() / 1000 - at)} ago`;
    if (until !== undefined && until < now()) {
      const fix = "take it out of verify.secrets";
      return {
        check,
        state: "warning",
        found: `${matched}; no longer counts since ${new Date(until).toISOString()}`,
        fix,
      };
    }
    const found = until === undefined ? matched : `${matched}; counts until ${new Date(until).toISOString()}`;
    return { check, state: "ok", found };
  });
}

function lastMatch(metrics: string, { source, key }: { source: string; key: number }): number | undefined {
  const labels = [`source="${source}"`, `key="${key}"`];
  const line = metrics.split("\n").find((each) =>
    each.startsWith("hookd_secret_last_match_timestamp_seconds{") && labels.every((label) => each.includes(label))
  );
  const value = Number(line?.slice(line.lastIndexOf(" ") + 1) ?? NaN);
  return Number.isNaN(value) || value === 0 ? undefined : value;
}

function ago(seconds: number): string {
  if (seconds < 120) return `${Math.max(Math.round(seconds), 0)} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
