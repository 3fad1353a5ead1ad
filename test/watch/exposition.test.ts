import assert from "node:assert/strict";
import { test } from "node:test";
import { asksForOpenMetrics, toOpenMetrics, toPrometheus } from "../../src/watch/exposition.ts";

const accepts: [accept: string | undefined, openMetrics: boolean][] = [
  [undefined, false],
  ["", false],
  ["*/*", false],
  ["text/html", false],
  ["text/plain", false],
  ["application/openmetrics-text", true],
  ["Application/OpenMetrics-Text; version=1.0.0", true],
  ["application/openmetrics-text;q=0", false],
  ["text/plain;q=0.5, application/openmetrics-text;q=0.4", false],
  ["text/plain;q=0.4, application/openmetrics-text;q=0.4", true],
  ["application/openmetrics-text;q=high", false],
  // As Prometheus 3 sends it.
  [
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;" +
    "q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
    true,
  ],
];
for (const [accept, openMetrics] of accepts) {
  test(`Accept ${accept} is answered in ${openMetrics ? "OpenMetrics" : "plain text"}`, () => {
    assert.equal(asksForOpenMetrics(accept), openMetrics);
  });
}

const PLAIN = `# HELP a_total Things
# TYPE a_total counter
a_total{type="x_total "} 3

# HELP b_total Resources that are open
# TYPE b_total gauge
b_total 4

# HELP c_seconds Time
# TYPE c_seconds histogram
c_seconds_bucket{le="0.5",type="x"} 1
c_seconds_bucket{le="1",type="x"} 2
c_seconds_bucket{le="+Inf",type="x"} 2
c_seconds_sum{type="x"} 1.2
c_seconds_count{type="x"} 2

# HELP d Mean of nothing
# TYPE d gauge
d Nan
`;

test("OpenMetrics names counters without _total, gauges as they are, and has no blank lines", () => {
  assert.equal(
    toOpenMetrics(PLAIN),
    `# HELP a Things
# TYPE a counter
a_total{type="x_total "} 3
# HELP b_total Resources that are open
# TYPE b_total gauge
b_total 4
# HELP c_seconds Time
# TYPE c_seconds histogram
c_seconds_bucket{le="0.5",type="x"} 1
c_seconds_bucket{le="1.0",type="x"} 2
c_seconds_bucket{le="+Inf",type="x"} 2
c_seconds_sum{type="x"} 1.2
c_seconds_count{type="x"} 2
# HELP d Mean of nothing
# TYPE d gauge
d NaN
`,
  );
});

test("plain text is left as it is but for the spelling of NaN", () => {
  assert.equal(toPrometheus(PLAIN), PLAIN.replace("Nan", "NaN"));
});
