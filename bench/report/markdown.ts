/** A comparison as a page of Markdown: what was measured and how, the figures, and what each subject's 2xx is worth. */
import type { Comparison } from "../run/comparison.ts";
import type { Spread } from "../statistics.ts";
import type { OpenRow, Row } from "./summarize.ts";

/** Without it nobody can tell how much of a latency is the machine's. */
function pausesLine({ msPerSecond, longestMs }: Comparison["pauses"]): string {
  return `Before the first round, a thread that only looked at the clock, beside a process that called fdatasync, stood ` +
    `still for ${msPerSecond} ms of each second and for ${longestMs} ms at the longest: that much of each latency may be the machine's.`;
}

export function toMarkdown(name: string, comparison: Comparison, rows: readonly Row[]): string {
  const { machine, terms, startedAt } = comparison;
  const generator = terms.generator === "wrk" ? `wrk ${machine.wrk ?? ""}`.trim() : "ours";
  const kb = terms.bodyBytes / 1024;
  return [
    `# ${name}: signed webhooks of ${kb} KB`,
    `${startedAt.slice(0, 10)}; ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, ${machine.kernel}, ` +
    `${machine.fileSystem}; Node ${machine.node}; hookd ${machine.commit}. ${terms.rounds} interleaved rounds of ${terms.seconds} s after ` +
    `${terms.warmUpSeconds} s of warm-up, ${terms.connections} connections, generator ${generator}; each ` +
    "measurement on a fresh process and empty data. Median (lowest to highest). Ratios are formed within each round.",
    pausesLine(comparison.pauses),
    "## Closed loop: saturation",
    closedTable(rows),
    "`acked` counts 2xx answers. `handled` counts events whose handler ran to its end, over the time from the first " +
    "request until the last of them; `+` marks who had not caught up with its acks after three times the measured " +
    "time. `cores` are those that the generator and the server with all its processes kept busy: a generator well " +
    "below 1 is not what limits.",
    plot(name, "throughput"),
    ...openPart(name, rows),
    "## What a 2xx is worth",
    table(["server", "it promises", "it does not"], rows.map((row) => [row.title, row.promises, row.lacks])),
    "## Versions",
    rows.map((row) => `- ${row.title}: ${pairs(row.versions)}`).join("\n"),
    ...Object.entries(comparison.unavailable).map(([who, why]) => `Not measured: ${who}: ${why}`),
    ...comparison.failures.map((failure) => `Failed: ${failure}`),
  ].filter((part) => part !== "").join("\n\n") + "\n";
}

function closedTable(rows: readonly Row[]): string {
  const head = [
    "server",
    "acked/s",
    "to floor",
    "to floor + HMAC",
    "handled/s",
    "handled to floor",
    "p99 ms",
    "refused",
  ];
  return table(
    [...head, "errors", "cores (generator + server)"],
    rows.map((row) => [
      row.title,
      figures(row.acked),
      figures(row.toFloor, 2),
      figures(row.toFloorHmac, 2),
      `${figures(row.settled)}${row.complete ? "" : " +"}`,
      figures(row.settledToFloor, 2),
      figures(row.closedP99Ms, 1),
      String(row.refused),
      String(row.errors),
      `${row.generatorCores.toFixed(2)} + ${row.serverCores.toFixed(2)}`,
    ]),
  );
}

function openPart(name: string, rows: readonly Row[]): string[] {
  if (rows.every((row) => row.open.length === 0)) return [];
  return [
    "## Open loop: constant arrival rate",
    openTable(rows),
    "The rate is a share of the saturation in the same run (of the events handled, where handlers run). A latency " +
    "counts from when a request was due, so that a stall counts for all who would have come meanwhile. `5 x fdatasync " +
    "+ 2 ms` is formed of the p99 of fdatasync after 64 KB, alone, right before each measurement. `late`: sent more " +
    "than 1 ms late by the generator's fault. `lost`: refused, broken or without an answer.",
    plot(name, "rates"),
    plot(name, "percentiles"),
  ];
}

function openTable(rows: readonly Row[]): string {
  const head = ["server", "share", "rate/s", "answered/s", "p50 ms", "p90 ms", "p99 ms", "p99.9 ms", "max ms"];
  return table(
    [...head, "fdatasync p99 ms", "5 x fdatasync + 2 ms", "late", "lost", "generator cores"],
    rows.flatMap((row) => row.open.map((open) => [row.title, ...openCells(open)])),
  );
}

function openCells(open: OpenRow): string[] {
  return [
    `${Math.round(open.share * 100)} %`,
    open.rate.toFixed(0),
    open.achieved.toFixed(0),
    ...[open.p50, open.p90, open.p99, open.p999, open.max, open.fdatasyncP99].map((one) => figures(one, 2)),
    (5 * open.fdatasyncP99.median + 2).toFixed(2),
    `${(100 * open.late).toFixed(2)} %`,
    String(open.unanswered + open.refused + open.errors),
    open.generatorCores.toFixed(2),
  ];
}

/** `12345 (12000 to 13000)`; a dash where there is nothing. */
export function figures(of: Spread | undefined, digits = 0): string {
  if (of === undefined) return "-";
  const [median, min, max] = [of.median, of.min, of.max].map((value) => value.toFixed(digits));
  return min === max ? median! : `${median} (${min} to ${max})`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function plot(name: string, what: string): string {
  return `![${what}](${name}-${what}.svg)`;
}

function pairs(versions: Record<string, string>): string {
  return Object.entries(versions).map(([what, version]) => `${what} ${version}`).join(", ");
}
