/** The invariants of hookd's promise, judged from a story. Each violation is one line. */
import { ATTEMPTS } from "./plan.ts";
import type { Run, Story } from "./story.ts";

export function violationsOf(story: Story): string[] {
  return [
    ...(story.isOver ? [] : ["something never came to its end"]),
    ...lost(story),
    ...storedTwice(story),
    ...ranAgain(story),
    ...disorder(story),
    ...tooOften(story),
    ...invented(story),
    ...letterFaults(story),
  ];
}

/** What was acked is processed or dead, and both survive a power cut, for as long as they are to be kept. */
function lost({ acks, states, keepMs, endedAt, runs }: Story): string[] {
  return unique(acks.map(({ id }) => id)).flatMap((id) => {
    const state = states.get(id);
    if (state === undefined) {
      // Compaction takes what was processed and is old enough, also where the process died before it told so.
      const good = runs.find((run) => run.id === id && run.kind === "ok" && run.endedAt < Infinity);
      return good !== undefined && endedAt - good.endedAt >= keepMs ? [] : [`${id} was acked and is unknown`];
    }
    if (state !== "completed" && state !== "dead") return [`${id} was acked and is ${state} in the end`];
    if (state === "completed" && !runs.some((run) => run.id === id)) return [`${id} counts as completed and never ran`];
    return [];
  });
}

/** A window counts from the event's acceptance, which nobody saw if that answer was lost. */
const UNSEEN_MS = 2000;

/** One event for each key within its window. */
function storedTwice({ acks, keepMs }: Story): string[] {
  const first = new Map<string, { id: string; at: number }>();
  return acks.flatMap(({ key, id, at }) => {
    const known = first.get(key);
    if (known === undefined || (known.id !== id && at - known.at >= keepMs - UNSEEN_MS)) first.set(key, { id, at });
    else if (known.id !== id) return [`${key} was acked as ${known.id} and as ${id}`];
    return [];
  });
}

/** A run comes again only where its process died before it was settled, or where nobody was charged. */
function ranAgain({ runs, settled }: Story): string[] {
  const found: string[] = [];
  const seen = new Map<string, Run>();
  for (const run of runs) {
    const name = `attempt ${run.attempt} of ${run.id}`;
    const before = seen.get(name);
    if (before !== undefined && before.life === run.life && before.kind !== "interrupted") {
      found.push(`${name} ran twice in a life`);
    }
    seen.set(name, run);
    const end = settled.find((each) => each.id === run.id && each.decision !== "retry");
    if (end !== undefined && end.moment < run.from) found.push(`${name} ran after it was told as settled`);
  }
  return found;
}

/** One at a time for each ordering key, and never an earlier event after a later one. */
function disorder({ runs }: Story): string[] {
  const found: string[] = [];
  for (const order of unique(runs.map((run) => run.order))) {
    if (order === undefined) continue;
    const ofKey = runs.filter((run) => run.order === order);
    for (const [n, run] of ofKey.entries()) {
      const before = ofKey[n - 1];
      if (before === undefined) continue;
      if (before.id > run.id) found.push(`${run.id} ran after ${before.id} of the same key`);
      if (before.life === run.life && before.to > run.from) {
        found.push(`${run.id} ran beside ${before.id} of the same key`);
      }
    }
  }
  return found;
}

function tooOften({ runs, settled }: Story): string[] {
  const beyond = runs.filter(({ attempt }) => attempt > ATTEMPTS).map(({ id, attempt }) =>
    `${id} had attempt ${attempt}`
  );
  const retried = unique(settled.map(({ id }) => id)).filter((id) =>
    settled.filter((each) => each.id === id && each.decision === "retry").length >= ATTEMPTS
  );
  return [...beyond, ...retried.map((id) => `${id} was to be tried again after its last attempt`)];
}

function invented({ runs, sent }: Story): string[] {
  return runs.filter(({ key, body }) => sent.get(key) !== body).map(({ key, body }) => `${key} ran with ${body}`);
}

/** Each line is JSON or what a crash cut short, and each dead event has its one letter. */
function letterFaults({ lines, letters, states, sent }: Story): string[] {
  const found: string[] = [];
  const told = lines.flatMap((line) => {
    try {
      return [JSON.parse(line) as { id: string; event?: { id: string; key: string } }];
    } catch {
      return [];
    }
  });
  const ids = told.map(({ id }) => id);
  for (const id of unique(ids)) {
    if (ids.filter((each) => each === id).length > 1) found.push(`letter ${id} stands twice`);
  }
  for (const { event } of told) {
    if (event !== undefined && !sent.has(event.key)) found.push(`letter of unknown ${event.key}`);
  }
  const open = letters.map(({ event }) => event.id);
  for (const [id, state] of states) {
    if (state === "dead" && !open.includes(id)) found.push(`${id} is dead and has no letter`);
    if (state === "completed" && open.includes(id)) found.push(`${id} is completed and has a letter`);
  }
  return found;
}

function unique<T>(items: readonly T[]): T[] {
  return [...new Set(items)];
}
