/** The plots of a comparison as SVG: throughput as bars, latency against rate, and latency over its percentiles. */
import { type EChartsCoreOption, init } from "echarts";
import type { Row } from "./summarize.ts";

const COLOURS = [
  "#2563eb",
  "#0f766e",
  "#b45309",
  "#be123c",
  "#7c3aed",
  "#475569",
  "#65a30d",
  "#db2777",
  "#0891b2",
  "#ca8a04",
  "#000000",
  "#9a3412",
  "#a78bfa",
];
const FONT = "Arial, Helvetica, Liberation Sans, sans-serif";
const GREY = "#64748b";
/** Without a browser the width of a text is a guess: room for a wider font. */
const ITEM_GAP = 36;
/** The legend stands to its right, a line for each subject. */
const PLOT = { left: 64, right: 330, top: 76, bottom: 56 };

/** By the end of the file's name. A plot without anything to show is left out. */
export function toPlots(rows: readonly Row[]): Record<string, string> {
  const open = rows.filter((row) => row.open.length > 0);
  return {
    throughput: render(throughput(rows), 130 + rows.length * 52),
    ...(open.length > 0 ? { rates: render(rates(open)), percentiles: render(percentiles(open)) } : {}),
  };
}

function render(option: EChartsCoreOption, height = 480): string {
  const chart = init(null, null, { renderer: "svg", ssr: true, width: 960, height });
  const style = { fontFamily: FONT, color: "#0f172a" };
  chart.setOption({ animation: false, backgroundColor: "#ffffff", textStyle: style, color: COLOURS, ...option });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return `${svg}\n`;
}

function throughput(rows: readonly Row[]): EChartsCoreOption {
  const value = (row: Row, of: "acked" | "settled") => row[of] === undefined ? "-" : Math.round(row[of].median);
  const bars = (name: string, of: "acked" | "settled", color: string) => ({
    name,
    type: "bar",
    barGap: "15%",
    barMaxWidth: 16,
    itemStyle: { color, borderRadius: [0, 3, 3, 0] },
    label: {
      show: true,
      position: "right",
      color: "#0f172a",
      formatter: ({ value: n }: { value: number }) => grouped(n),
    },
    data: rows.map((row) => value(row, of)),
  });
  return {
    title: title("Events per second at saturation", "median of interleaved rounds; more is better"),
    legend: { top: 12, right: 40, itemGap: ITEM_GAP },
    grid: { left: 48, right: 90, top: 76, bottom: 24, containLabel: true },
    xAxis: { type: "value", axisLabel: { formatter: grouped }, splitLine: { lineStyle: { color: "#e2e8f0" } } },
    yAxis: { type: "category", inverse: true, data: rows.map((row) => row.title), axisTick: { show: false } },
    series: [bars("acked (2xx)", "acked", "#2563eb"), bars("handled", "settled", "#f59e0b")],
  };
}

/** A line for each subject: its p99 over the rate that it answered. */
function rates(rows: readonly Row[]): EChartsCoreOption {
  return {
    title: title(
      "Latency against throughput",
      "open loop; p99 from when a request was due; lower and further right is better",
    ),
    legend: legend(rows),
    grid: PLOT,
    xAxis: axis({ type: "value", name: "answered requests a second", formatter: grouped }),
    yAxis: axis({ type: "log", name: "p99, ms", formatter: String }),
    series: rows.map((row) => ({
      name: row.title,
      type: "line",
      symbolSize: 9,
      data: row.open.map((open) => [Math.round(open.achieved), open.p99.median]),
    })),
  };
}

/** The rate nearest to half of saturation, which every run has. */
function percentiles(rows: readonly Row[]): EChartsCoreOption {
  const half = (row: Row) => row.open.toSorted((a, b) => Math.abs(a.share - 0.5) - Math.abs(b.share - 0.5))[0]!;
  return {
    title: title("Latency by percentile", "open loop at half of each server's saturation; lower is better"),
    legend: legend(rows),
    grid: PLOT,
    xAxis: { ...axis({ type: "log", name: "percentile", formatter: percentileName }), min: 1 },
    yAxis: axis({ type: "log", name: "ms", formatter: String }),
    series: rows.map((row) => ({
      name: row.title,
      type: "line",
      showSymbol: false,
      lineStyle: { width: 2.5 },
      data: half(row).curve,
    })),
  };
}

function axis({ type, name, formatter }: { type: string; name: string; formatter: (value: number) => string }) {
  return {
    type,
    name,
    nameLocation: "middle",
    nameGap: type === "value" || name === "percentile" ? 30 : 44,
    axisLabel: { formatter },
    splitLine: { show: true, lineStyle: { color: "#e2e8f0" } },
  };
}

function title(text: string, subtext: string) {
  const subtextStyle = { color: GREY, fontFamily: FONT };
  return { text, subtext, left: 24, top: 10, textStyle: { fontSize: 18, fontFamily: FONT }, subtextStyle };
}

function legend(rows: readonly Row[]) {
  return { data: rows.map((row) => row.title), orient: "vertical", left: 660, top: 84, itemGap: 14 };
}

/** 1 / (1 - quantile) on a logarithmic axis: 1 is the fastest of all, 10 is p90, 1000 is p99.9. */
export function percentileName(inverse: number): string {
  return inverse <= 1 ? "0" : `${String(Number((100 * (1 - 1 / inverse)).toFixed(5)))} %`;
}

function grouped(value: number): string {
  return Math.round(value).toString().replaceAll(/\B(?=(\d{3})+$)/g, "\u202f");
}
