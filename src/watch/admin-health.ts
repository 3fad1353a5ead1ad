/** Routes for machines: metrics, health, and the sums that a script asks for. */
import { type Answer, json } from "./admin-answer.ts";
import type { AdminNeeds, Health } from "./admin-needs.ts";
import type { Route } from "./admin-router.ts";

export function createHealthRoutes({ metrics, health }: AdminNeeds): Route[] {
  return [
    { method: "GET", path: "/livez", open: true, answer: () => healthAnswer(health.live()) },
    { method: "GET", path: "/readyz", open: true, answer: () => healthAnswer(health.ready()) },
    {
      method: "GET",
      path: "/metrics",
      open: true,
      async answer({ accept }) {
        return { status: 200, headers: { Vary: "Accept" }, ...await metrics.text(accept) };
      },
    },
    { method: "GET", path: "/stats", answer: () => json(200, metrics.stats()) },
  ];
}

function healthAnswer(health: Health): Answer {
  return json(health.status === "ok" ? 200 : 503, health);
}
