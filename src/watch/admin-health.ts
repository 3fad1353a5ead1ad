/** Routes for machines: metrics, health, and the sums that a script asks for. */
import { type Answer, json } from "./admin-answer.ts";
import type { AdminNeeds, Health } from "./admin-needs.ts";
import { OPERATIONS } from "./admin-operations.ts";
import type { Route } from "./admin-router.ts";
import type { Health as HealthSchema, Stats } from "./admin-schemas.ts";

export function createHealthRoutes({ metrics, health }: AdminNeeds): Route[] {
  return [
    {
      method: "GET",
      path: "/livez",
      open: true,
      operation: OPERATIONS.livez,
      answer: () => healthAnswer(health.live()),
    },
    {
      method: "GET",
      path: "/readyz",
      open: true,
      operation: OPERATIONS.readyz,
      answer: () => healthAnswer(health.ready()),
    },
    {
      method: "GET",
      path: "/metrics",
      open: true,
      operation: OPERATIONS.metrics,
      async answer({ accept }) {
        return { status: 200, headers: { Vary: "Accept" }, ...await metrics.text(accept) };
      },
    },
    {
      method: "GET",
      path: "/stats",
      operation: OPERATIONS.stats,
      answer: () => json<typeof Stats>(200, metrics.stats()),
    },
  ];
}

function healthAnswer(health: Health): Answer {
  return json<typeof HealthSchema>(health.status === "ok" ? 200 : 503, health);
}
