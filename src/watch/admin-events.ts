/** Routes for events: list them, show one in full, run one again. */
import type { EventFilter } from "../ports.ts";
import { json, problem } from "./admin-answer.ts";
import type { AdminNeeds } from "./admin-needs.ts";
import { OPERATIONS } from "./admin-operations.ts";
import { checkBody, checkQuery, EventQuery, momentOf, Nothing } from "./admin-query.ts";
import type { Call, Route } from "./admin-router.ts";
import type { EventDetail, EventPage, Replayed } from "./admin-schemas.ts";
import { detailOf, summaryOf } from "./event-view.ts";
import { createRedact } from "./redact.ts";

/**
 * Records are taken from the archive in slices and shortened at once: they carry their bodies, and a thousand
 * bodies of 1 MB would not fit.
 */
const SLICE = 50;

export function createEventRoutes(needs: AdminNeeds): Route[] {
  return [
    { method: "GET", path: "/events", operation: OPERATIONS.listEvents, answer: (call) => listEvents(call, needs) },
    { method: "GET", path: "/events/:id", operation: OPERATIONS.showEvent, answer: (call) => showEvent(call, needs) },
    {
      method: "POST",
      path: "/events/:id/replay",
      operation: OPERATIONS.replayEvent,
      answer: (call) => replayEvent(call, needs),
    },
  ];
}

async function listEvents({ search }: Call, { archive }: AdminNeeds) {
  const query = checkQuery(EventQuery, search);
  if (query.kind === "faulty") return query.answer;
  const { limit = 100, since, until, ...rest } = query.value;
  const filter: Omit<EventFilter, "limit"> = {
    ...rest,
    ...momentsOf({ since, until }),
  };
  return json<typeof EventPage>(200, await summaries(archive, { ...filter, limit }));
}

function momentsOf(texts: { since: string | undefined; until: string | undefined }) {
  const [since, until] = [momentOf(texts.since ?? ""), momentOf(texts.until ?? "")];
  return { ...(since === undefined ? {} : { since }), ...(until === undefined ? {} : { until }) };
}

/** As many slices as a full page has, and no more: the archive gives short ones where it finds little. */
async function summaries(archive: AdminNeeds["archive"], filter: EventFilter) {
  const items: ReturnType<typeof summaryOf>[] = [];
  let next = filter.cursor;
  for (let slice = Math.ceil(filter.limit / SLICE); slice > 0 && items.length < filter.limit; slice--) {
    const page = await archive.list({
      ...filter,
      limit: Math.min(SLICE, filter.limit - items.length),
      ...(next === undefined ? {} : { cursor: next }),
    });
    items.push(...page.items.map(summaryOf));
    next = page.next;
    if (next === undefined) break;
  }
  return { items, next: next ?? null };
}

async function showEvent({ param }: Call, { store, config }: AdminNeeds) {
  const record = isEventId(param) ? await store.find(param) : undefined;
  if (record === undefined) return eventNotFound();
  return json<typeof EventDetail>(200, detailOf(record, redactOf(config())));
}

async function replayEvent({ param, body, sourceIp }: Call, { archive, emit }: AdminNeeds) {
  const nothing = checkBody(Nothing, body);
  if (nothing.kind === "faulty") return nothing.answer;
  const event = isEventId(param) ? await archive.replay(param) : undefined;
  if (event === undefined) return eventNotFound();
  emit({ kind: "admin-acted", action: "replay", target: param, sourceIp });
  emit({ kind: "accepted", event });
  return json<typeof Replayed>(202, { event_id: event.id, replay_of: param }, { Location: `/events/${event.id}` });
}

/** Every secret that hookd knows, so that no header shows one. */
export function redactOf({ admin, sources }: ReturnType<AdminNeeds["config"]>) {
  return createRedact([
    admin.token,
    ...sources.flatMap(({ secrets, params }) => [...secrets, ...secretParams(params)]),
  ]);
}

/** Of the parameters only those that say so: the name of a topic is none. */
function secretParams(params: Readonly<Record<string, string>>): string[] {
  return Object.entries(params).flatMap(([name, value]) => /token|secret|key/i.test(name) ? [value] : []);
}

function isEventId(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}

function eventNotFound() {
  return problem({ code: "event_not_found", detail: "Event not found" });
}
