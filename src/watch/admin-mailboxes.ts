/** Routes for mailboxes: which ordering keys wait, and holding one back. */
import { json, problem } from "./admin-answer.ts";
import type { AdminNeeds } from "./admin-needs.ts";
import { OPERATIONS } from "./admin-operations.ts";
import { checkBody, checkQuery, MailboxQuery, Nothing } from "./admin-query.ts";
import type { Call, Route } from "./admin-router.ts";
import type { Held, MailboxList } from "./admin-schemas.ts";
import { mailboxView } from "./event-view.ts";

/** `:key` is `<source>:<ordering key>`, percent-encoded. */
export function createMailboxRoutes(needs: AdminNeeds): Route[] {
  return [
    {
      method: "GET",
      path: "/mailboxes",
      operation: OPERATIONS.listMailboxes,
      answer: (call) => listMailboxes(call, needs),
    },
    {
      method: "POST",
      path: "/mailboxes/:key/pause",
      operation: OPERATIONS.pauseMailbox,
      answer: (call) => pause(call, needs),
    },
    {
      method: "POST",
      path: "/mailboxes/:key/resume",
      operation: OPERATIONS.resumeMailbox,
      answer: (call) => hold(call, needs, { action: "resume" }),
    },
  ];
}

async function listMailboxes({ search }: Call, { archive }: AdminNeeds) {
  const query = checkQuery(MailboxQuery, search);
  if (query.kind === "faulty") return query.answer;
  const mailboxes = await archive.mailboxes(query.value.limit ?? 100);
  return json<typeof MailboxList>(200, { items: mailboxes.map(mailboxView) });
}

/** A key may be paused before its first event; a source that hookd.yaml does not have is a misspelling. */
async function pause(call: Call, needs: AdminNeeds) {
  const source = call.param.slice(0, Math.max(call.param.indexOf(":"), 0));
  if (source !== "" && !needs.config().sources.some(({ name }) => name === source)) {
    return problem({ code: "source_not_found", detail: `No source is called ${source}` });
  }
  return await hold(call, needs, { action: "pause" });
}

async function hold(
  { param, body, sourceIp }: Call,
  { archive, emit }: AdminNeeds,
  { action }: { action: "pause" | "resume" },
) {
  const nothing = checkBody(Nothing, body);
  if (nothing.kind === "faulty") return nothing.answer;
  if (!await archive.hold(param, action === "pause" ? "paused" : undefined)) {
    return problem({
      code: "invalid_mailbox_key",
      detail: "A mailbox key is <source>:<ordering key>, percent-encoded",
    });
  }
  emit({ kind: "admin-acted", action, target: param, sourceIp });
  return json<typeof Held>(200, { key: param, held: action === "pause" });
}
