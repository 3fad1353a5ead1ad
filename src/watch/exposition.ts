/**
 * Which of the two Prometheus text formats a scraper is given, and the second one made from the first.
 * prom-client can write OpenMetrics itself, but renames the counters of its registry for good while doing
 * so, so that one OpenMetrics scrape would spoil each later plain one.
 */

export const PROMETHEUS_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";
export const OPENMETRICS_CONTENT_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8";

export const OPENMETRICS_END = "# EOF\n";

/** Whether `Accept` names OpenMetrics and prefers it at least as much as plain text (RFC 9110 section 12.5.1). */
export function asksForOpenMetrics(accept: string | undefined): boolean {
  const wanted = qualityOf(accept, "application/openmetrics-text");
  return wanted > 0 && wanted >= qualityOf(accept, "text/plain");
}

function qualityOf(accept: string | undefined, mediaType: string): number {
  const qualities = (accept ?? "").split(",")
    .map((range) => range.split(";").map((part) => part.trim().toLowerCase()))
    .filter(([name]) => name === mediaType)
    .map(([, ...parameters]) => Number(parameters.find((parameter) => parameter.startsWith("q="))?.slice(2) ?? 1));
  return Math.max(0, ...qualities.filter((quality) => !Number.isNaN(quality)));
}

/** Mends what prom-client writes in neither format's spelling. */
export function toPrometheus(text: string): string {
  return text.replaceAll(/ Nan$/gm, " NaN");
}

/**
 * Plain text of one or more metrics to OpenMetrics 1.0: counters are named without `_total` in their HELP and TYPE, `le`
 * is a float, no blank lines. What the exposition ends with is `OPENMETRICS_END`.
 */
export function toOpenMetrics(text: string): string {
  const counters = new Set([...text.matchAll(/^# TYPE (\S+)_total counter$/gm)].map((match) => match[1]));
  const lines = toPrometheus(text).split("\n").filter((line) => line !== "").map((line) =>
    line
      .replace(
        /^(# (?:HELP|TYPE) )(\S+)_total /,
        (whole, start, name) => counters.has(name) ? `${start}${name} ` : whole,
      )
      .replace(/([{,]le=")(\d+)"/, '$1$2.0"')
  );
  return lines.map((line) => `${line}\n`).join("");
}
