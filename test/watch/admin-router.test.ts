import assert from "node:assert/strict";
import { test } from "node:test";
import { json } from "../../src/watch/admin-answer.ts";
import { OPERATIONS } from "../../src/watch/admin-operations.ts";
import { findRoute, type Route } from "../../src/watch/admin-router.ts";

const route = (method: Route["method"], path: string): Route => ({
  method,
  path,
  operation: OPERATIONS.livez,
  answer: () => json(200, path),
});
const ROUTES = [
  route("GET", "/events"),
  route("GET", "/events/:id"),
  route("DELETE", "/events/:id"),
  route("POST", "/events/:id/replay"),
];

const rows: [method: string, path: string, found: string][] = [
  ["GET", "/events", "GET /events "],
  ["HEAD", "/events", "GET /events "],
  ["GET", "/events/a", "GET /events/:id a"],
  ["DELETE", "/events/a", "DELETE /events/:id a"],
  ["POST", "/events/a/replay", "POST /events/:id/replay a"],
  ["GET", "/events/a%2Fb%20c", "GET /events/:id a/b c"],
  ["GET", "/events/a%252Fb", "GET /events/:id a%2Fb"],
  ["GET", "/events/..", "GET /events/:id .."],
  ["PUT", "/events/a", "allow GET, HEAD, DELETE"],
  ["get", "/events", "allow GET, HEAD"],
  ["POST", "/events", "allow GET, HEAD"],
  ["GET", "/events/a/replay", "allow POST"],
  ["GET", "", "nothing"],
  ["GET", "/", "nothing"],
  ["GET", "*", "nothing"],
  ["GET", "events", "nothing"],
  ["GET", "//events", "nothing"],
  ["GET", "/events/", "nothing"],
  ["GET", "/Events", "nothing"],
  ["GET", "/%65vents", "nothing"],
  ["GET", "/x/../events", "nothing"],
  ["GET", "/events/%E0%A4%A", "nothing"],
  ["GET", "/events/a/b", "nothing"],
];

for (const [method, path, expected] of rows) {
  test(`${method} ${path || "(empty)"} finds ${expected}`, () => {
    const routed = findRoute(ROUTES, { method, path });
    const found = {
      found: () => routed.kind === "found" && `${routed.route.method} ${routed.route.path} ${routed.param}`,
      "wrong-method": () => routed.kind === "wrong-method" && `allow ${routed.allow}`,
      "not-found": () => "nothing",
    }[routed.kind]();
    assert.equal(found, expected);
  });
}
