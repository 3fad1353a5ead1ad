/** What `hookd send` shows of the answers: one in full, many as a summary. */
import { STATUS_CODES } from "node:http";
import type { Answer } from "../sender/sender.ts";
import { type Column, renderFields, renderTable } from "./table.ts";
import type { KindCount, Summary } from "./tally.ts";
import { cleanText, type Colour, type Output } from "./terminal.ts";

/** The status line, then the body: laid out for a terminal, in one line for a pipe. */
export async function printAnswer({ status, body, latencyMs }: Answer, out: Output): Promise<void> {
  const line = `${status} ${STATUS_CODES[status] ?? ""}`.trim();
  const text = typeof body === "string" ? body : JSON.stringify(body, null, out.isTerminal ? 2 : 0);
  await out.write(`${out.paint(colourOf(String(status)), line)} in ${latencyMs.toFixed(1)} ms\n`);
  if (text !== "") await out.write(`${cleanText(text)}\n`);
}

/** How many and how fast, the account of the answers, then the counts behind it. */
export async function printSummary(summary: Summary, { seed }: { seed?: number }, out: Output): Promise<void> {
  const { sent, seconds, per_second, by_status, latency_ms, by_kind } = summary;
  const fields: [string, string][] = [["sent", `${sent} in ${seconds} s, ${per_second} a second`]];
  if (seed !== undefined) fields.push(["seed", String(seed)]);
  if (latency_ms !== null) {
    const { p50, p90, p99, max } = latency_ms;
    fields.push(["latency", `p50 ${p50} ms, p90 ${p90} ms, p99 ${p99} ms, max ${max} ms`]);
  }
  fields.push(["account", accountLine(summary)]);
  const tables = [
    renderTable(fateRows(summary), FATE_COLUMNS, out),
    renderTable(Object.entries(by_status), STATUS_COLUMNS, out),
    ...(seed === undefined ? [] : [renderTable(Object.entries(by_kind), KIND_COLUMNS, out)]),
  ];
  await out.write([renderFields(fields, out), ...tables].join(out.isTerminal ? "\n" : ""));
}

/** The equation that always holds, with its numbers. */
function accountLine({ sent, accepted, duplicates, rejected, failed, unanswered }: Summary): string {
  return `${sent} sent = ${accepted} accepted + ${duplicates} duplicates + ${rejected} rejected` +
    ` + ${failed} failed + ${unanswered} unanswered`;
}

type FateRow = readonly [fate: string, reason: string, count: number];

/** The terms of the account that are not nought, those that have reasons reason by reason. */
function fateRows(summary: Summary): FateRow[] {
  const { accepted, duplicates, rejected_by_reason, failed_by_reason, unanswered_by_reason } = summary;
  const byReason = (fate: string, counts: Record<string, number>) =>
    Object.entries(counts).map(([reason, count]): FateRow => [fate, reason, count]);
  const rows: FateRow[] = [
    ["accepted", "", accepted],
    ["duplicate", "", duplicates],
    ...byReason("rejected", rejected_by_reason),
    ...byReason("failed", failed_by_reason),
    ...byReason("unanswered", unanswered_by_reason),
  ];
  return rows.filter(([, , count]) => count > 0);
}

const FATE_COLOURS: Readonly<Record<string, Colour>> = { rejected: "yellow", failed: "red", unanswered: "red" };

const FATE_COLUMNS: readonly Column<FateRow>[] = [
  { title: "ANSWERED", cell: ([fate]) => fate, colour: ([fate]) => FATE_COLOURS[fate] ?? "green" },
  { title: "REASON", cell: ([, reason]) => reason },
  { title: "COUNT", cell: ([, , count]) => String(count) },
];

const STATUS_COLUMNS: readonly Column<[status: string, count: number]>[] = [
  { title: "STATUS", cell: ([status]) => named(status), colour: ([status]) => colourOf(status) },
  { title: "COUNT", cell: ([, count]) => String(count) },
];

const KIND_COLUMNS: readonly Column<[kind: string, count: KindCount]>[] = [
  { title: "KIND", cell: ([kind]) => kind },
  { title: "SENT", cell: ([, { sent }]) => String(sent) },
  {
    title: "UNEXPECTED",
    cell: ([, { unexpected }]) => String(unexpected),
    colour: ([, { unexpected }]) => unexpected > 0 ? "red" : undefined,
  },
  { title: "ANSWERS", cell: ([, { by_status }]) => Object.entries(by_status).map(counted).join(", ") },
];

function counted([status, count]: [string, number]): string {
  return `${status} x ${count}`;
}

function named(status: string): string {
  return status === "none" ? "no answer" : `${status} ${STATUS_CODES[status] ?? ""}`.trim();
}

function colourOf(status: string): Colour {
  return status.startsWith("2") ? "green" : status.startsWith("4") ? "yellow" : "red";
}
