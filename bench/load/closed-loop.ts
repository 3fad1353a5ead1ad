/**
 * What a closed loop tells: as many requests as a fixed number of connections can get answered, each sent as soon as
 * the one before it is answered. That shows the saturation; its latencies flatter a server that stalls.
 */
export interface ClosedLoop {
  generator: "wrk" | "node";
  requests: number;
  /** Answers of 400 and above. */
  refused: number;
  /** Connections that broke, requests that timed out. */
  errors: number;
  seconds: number;
  latencyMs: { mean: number; p50: number; p90: number; p99: number; p999: number; max: number };
  /** The first request of the file that was not sent. */
  next: number;
  /** Cores that the generator and the server's processes kept busy, from 0.3 s after the start to 0.3 s before the end. */
  generatorCores: number;
  serverCores: number;
}

export interface LoadOptions {
  url: string;
  file: string;
  stride: number;
  /** The first request to send. */
  first: number;
  /** How many the file holds. */
  count: number;
  connections: number;
  seconds: number;
}
