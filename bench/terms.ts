/**
 * What every measured server is told, and every request of a bench carries: one path, one secret, one event type, so
 * that one file of requests serves all of them.
 */
export const BENCH_PATH = "/webhooks/bench";
export const BENCH_SECRET = "a secret of the bench";
export const BENCH_EVENT_TYPE = "bench.event";
