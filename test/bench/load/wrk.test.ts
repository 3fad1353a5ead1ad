import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseWrk } from "../../../bench/load/wrk.ts";

const PRINTED = `Running 3s test @ http://127.0.0.1:1/webhooks/bench
  1 threads and 64 connections
Requests/sec:  66.00

{"wrk":true,"requests":200,"refused":3,"connectErrors":1,"readErrors":2,"writeErrors":4,"timeouts":8,\
"durationUs":3000000,"next":264,"latencyUs":{"mean":1500.5,"p50":1000,"p90":2000,"p99":4000,"p999":5000,"max":9000}}
`;

describe("the output of wrk", () => {
  it("is read from the line of JSON within what wrk says", () => {
    assert.deepEqual(parseWrk(PRINTED), {
      generator: "wrk",
      requests: 200,
      refused: 3,
      errors: 15,
      seconds: 3,
      next: 264,
      latencyMs: { mean: 1.5005, p50: 1, p90: 2, p99: 4, p999: 5, max: 9 },
    });
  });

  it("without figures is an error that shows it", () => {
    assert.throws(() => parseWrk("unable to connect"), /unable to connect/);
  });
});
