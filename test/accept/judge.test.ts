import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { describe, it, type TestContext } from "node:test";
import { Type } from "typebox";
import type { SourceConfig } from "../../src/config.ts";
import { runPlanFor } from "../../src/daemon/rules.ts";
import { dataOf } from "../../src/execute/thread/handler-event.ts";
import type { NewEvent, ResponseMode } from "../../src/model.ts";
import { anAcceptSource } from "./a-route.ts";
import { connectRaw, openRig, type Rig, type RigOptions, send, sendEvent, signed } from "./rig.ts";

const handlers = { "order.placed": Type.Object({ total: Type.Number() }), "user.created": undefined };

async function rigOf(t: TestContext, over: Partial<SourceConfig> = {}, options: RigOptions = {}): Promise<Rig> {
  const list = { each: "json:", type: "json:/type", key: "json:/id", data: "json:/data", order: "json:/data/user" };
  const rig = await openRig({ handlers, sources: [anAcceptSource({ ...list, ...over })], ...options });
  t.after(rig.close);
  return rig;
}

const order = (id: string, total: unknown = 1) =>
  `{"type":"order.placed","id":"${id}","data":{"total":${String(total)}}}`;
const user = (id: string, name = "u") => `{"type":"user.created","id":"${id}","data":{"user":"${name}"}}`;

/** How many events each append had. */
function watchAppends(rig: Rig): number[] {
  const sizes: number[] = [];
  const { append } = rig.store;
  rig.store.append = (events: readonly NewEvent[]) => {
    sizes.push(events.length);
    return append(events);
  };
  return sizes;
}

describe("a list of events", () => {
  it("is stored in one commit, each with its own type, key, order and bytes", async (t) => {
    const rig = await rigOf(t);
    const sizes = watchAppends(rig);
    const elements = ['{"type":"order.placed","id":1, "data":{"total":1.50}}', user("b", "ann"), user("c", "bob")];
    const body = `[ ${elements.join(" ,\n")} ]`;
    const { status, json } = await sendEvent(rig.port, { body, headers: { "X-Extra": "shared" } });
    const ids = rig.of("accepted").map(({ event }) => event.id);
    assert.deepEqual([status, json], [202, { status: "acknowledged", event_ids: ids, count: 3, duplicates: 0 }]);
    assert.deepEqual(sizes, [3]);
    assert.deepEqual(
      rig.store.asked.map((
        { type, key, orderingKey, body: bytes },
      ) => [type, key, orderingKey, String(Buffer.from(bytes))]),
      [
        ["order.placed", "1", undefined, elements[0]],
        ["user.created", "b", "ann", elements[1]],
        ["user.created", "c", "bob", elements[2]],
      ],
    );
    for (const { headers } of rig.store.asked) assert.equal(headers[headers.indexOf("X-Extra") + 1], "shared");
  });

  it("is counted by events: received, accepted and duplicate; its ack is one", async (t) => {
    const rig = await rigOf(t);
    await sendEvent(rig.port, { body: `[${user("a")},${user("b")}]` });
    await sendEvent(rig.port, { body: `[${user("b")},${user("c")}]` });
    const kinds = ["received", "accepted", "duplicate", "acked", "rejected"] as const;
    assert.deepEqual(kinds.map((kind) => rig.of(kind).length), [4, 3, 1, 2, 0]);
  });

  it("gives handlers the element as body, and its data relative to it", async (t) => {
    const rig = await rigOf(t);
    await sendEvent(rig.port, { body: `[${order("a", 2.5)}]` });
    const [stored] = rig.store.stored;
    assert(stored?.kind === "stored");
    const { config } = rig.state;
    const { compileRoutes } = await import("../../src/accept/routes.ts");
    const entry = { file: 0, fileName: "a.ts", events: ["order.placed"], retry: {} };
    const plan = runPlanFor(stored.event, {
      config,
      routes: compileRoutes(config),
      handlers: { entries: [entry], match: () => entry },
    } as never);
    assert(plan.kind === "run");
    assert.deepEqual(dataOf(stored.event.body, plan.dataPointer), { total: 2.5 });
  });

  it("without a key is known by the hash of each element", async (t) => {
    const rig = await rigOf(t, { key: undefined });
    const { json } = await sendEvent(rig.port, { body: `[${user("a")}, ${user("b")},${user("a")}]` });
    assert.equal(json.duplicates, 1);
    assert.equal(rig.store.asked[0]?.key, createHash("sha256").update(user("a")).digest("hex"));
  });

  it("may be within the body", async (t) => {
    const rig = await rigOf(t, { each: "json:/entry/events" });
    const body = `{"entry":{"n":1,"events":[${user("a")}]}}`;
    assert.equal((await sendEvent(rig.port, { body })).json.count, 1);
    const { status, json } = await sendEvent(rig.port, { body: body.replace("user.created", "user.lost") });
    assert.deepEqual([status, json.errors[0].path], [400, "/entry/events/0"]);
  });

  it("may be empty: nothing is stored", async (t) => {
    const rig = await rigOf(t);
    const sizes = watchAppends(rig);
    const { status, json } = await sendEvent(rig.port, { body: "[]" });
    assert.deepEqual([status, json.count, json.event_ids, sizes], [202, 0, [], []]);
  });

  for (const mode of ["queue", "task", "status", "ack"] satisfies ResponseMode[]) {
    it(`is answered in mode ${mode}`, async (t) => {
      const rig = await rigOf(t, { mode });
      const { status, json } = await sendEvent(rig.port, { body: `[${user("a")}]` });
      assert.deepEqual([status, json.status, json.count], [202, mode === "ack" ? "acknowledged" : "queued", 1]);
    });
  }

  it("takes a thousand events, and none of a thousand and one", async (t) => {
    const rig = await rigOf(t, {}, { handlers: { "user.created": undefined } });
    const body = (count: number) =>
      `[${Array.from({ length: count }, (_, n) => `{"type":"user.created","id":"${n}"}`)}]`;
    assert.equal((await sendEvent(rig.port, { body: body(1001) })).json.code, "schema_violation");
    assert.equal(rig.store.asked.length, 0);
    assert.equal((await sendEvent(rig.port, { body: body(1000) })).json.count, 1000);
  });
});

describe("a duplicate", () => {
  it("within the list is the first's, and counts once", async (t) => {
    const rig = await rigOf(t);
    const { json } = await sendEvent(rig.port, { body: `[${user("a")},${user("b")},${user("a")}]` });
    assert.deepEqual([json.count, json.duplicates], [3, 1]);
    assert.equal(json.event_ids[0], json.event_ids[2]);
    assert.equal(rig.store.stored.length, 2);
  });

  it("of another request is found in the window, and not after it", async (t) => {
    const rig = await rigOf(t, { windowMs: 1000 });
    const first = await sendEvent(rig.port, { body: `[${user("a")}]` });
    const again = await sendEvent(rig.port, { body: `[${user("b")},${user("a")}]` });
    assert.deepEqual([again.json.duplicates, again.json.event_ids[1]], [1, first.json.event_ids[0]]);
    await rig.clock.advance(1001);
    assert.equal((await sendEvent(rig.port, { body: `[${user("a")}]` })).json.duplicates, 0);
  });

  it("with another body is counted as such, and the others are taken", async (t) => {
    const rig = await rigOf(t);
    await sendEvent(rig.port, { body: `[${user("a")}]` });
    const { status, json } = await sendEvent(rig.port, { body: `[${user("a", "other")},${user("b")}]` });
    assert.deepEqual([status, json.duplicates], [202, 1]);
    assert.deepEqual(rig.of("duplicate").map(({ changedBody }) => changedBody), [true]);
  });

  it("of concurrent requests is stored once", async (t) => {
    const rig = await rigOf(t);
    const body = `[${user("a")},${user("b")}]`;
    const answers = await Promise.all(Array.from({ length: 20 }, () => sendEvent(rig.port, { body })));
    assert.equal(rig.store.stored.length, 2);
    assert.equal(answers.filter(({ json }) => json.duplicates === 0).length, 1);
  });
});

describe("one event that is not taken", () => {
  const rows: [what: string, event: string, code: string, path: string][] = [
    ["has no type", '{"id":"x"}', "event_type_missing", "/1"],
    ["is no object", "7", "event_type_missing", "/1"],
    ["has a type that nobody takes", '{"type":"order.lost","id":"x"}', "unknown_event_type", "/1"],
    ["has a key that is no text", '{"type":"user.created","id":{}}', "invalid_value", "/1"],
    ["does not meet the handler's schema", order("x", '"much"'), "schema_violation", "/1/data/total"],
    ["has no data where a handler wants it", '{"type":"order.placed","id":"x"}', "schema_violation", "/1/data"],
  ];
  for (const [what, event, code, path] of rows) {
    it(`because it ${what} refuses them all`, async (t) => {
      const rig = await rigOf(t);
      const { status, json } = await sendEvent(rig.port, { body: `[${user("a")},${event},${user("b")}]` });
      assert.deepEqual([status, json.code, json.errors.map((each: { path: string }) => each.path)], [400, code, [
        path,
      ]]);
      assert.match(json.detail, /^Event 1: /);
      assert.equal(rig.store.asked.length, 0);
      assert.deepEqual(rig.of("rejected"), [
        { kind: "rejected", source: "events", reason: code, sourceIp: "127.0.0.1", events: 3 },
      ]);
      // And what was right about it may come again.
      assert.equal((await sendEvent(rig.port, { body: `[${user("a")},${user("b")}]` })).json.duplicates, 0);
    });
  }

  it("does not hide what is wrong with the next", async (t) => {
    const rig = await rigOf(t, { schema: Type.Object({ id: Type.String(), type: Type.String() }) });
    const { json } = await sendEvent(rig.port, { body: `[{"type":"user.created"},${user("b")},{"id":3}]` });
    assert.deepEqual(json.errors, [
      { path: "/0/id", message: "is required" },
      { path: "/2/type", message: "is required" },
      { path: "/2/id", message: "must be string" },
    ]);
  });

  it("is told of in fifty places at most", async (t) => {
    const rig = await rigOf(t);
    const { json } = await sendEvent(rig.port, { body: `[${Array.from({ length: 60 }, () => "{}")}]` });
    assert.equal(json.errors.length, 50);
  });

  it("is left out where the source ignores its type, and the others are stored", async (t) => {
    const rig = await rigOf(t, { unknown: "ignore" });
    const lost = '{"type":"user.lost","id":"x"}';
    const { json } = await sendEvent(rig.port, { body: `[${lost},${user("a")},${lost}]` });
    assert.deepEqual([json.count, rig.store.stored.length], [1, 1]);
    assert.deepEqual(rig.of("rejected").map(({ reason, events }) => [reason, events]), [["ignored_event_type", 2]]);
    assert.equal((await sendEvent(rig.port, { body: `[${lost}]` })).status, 204);
  });
});

describe("the ack of a list", () => {
  it("waits until the whole of it is stored", async (t) => {
    const rig = await rigOf(t);
    let open = () => {};
    rig.store.gate = new Promise((resolve) => (open = resolve));
    const asked = rig.store.askedAgain();
    const body = `[${user("a")},${user("b")}]`;
    const lines = Object.entries(signed(body)).map(([name, value]) => `${name}: ${String(value)}\r\n`).join("");
    const raw = connectRaw(
      rig.port,
      `POST /webhooks/events HTTP/1.1\r\nHost: x\r\n${lines}Content-Length: ${body.length}\r\n\r\n${body}`,
    );
    let bytes = 0;
    raw.socket.on("data", (chunk: Buffer) => (bytes += chunk.length));
    await asked;
    assert.equal((await send(rig.port, { path: "/nowhere" })).status, 404);
    assert.deepEqual([bytes, rig.of("acked").length, rig.of("accepted").length], [0, 0, 0]);
    open();
    assert.match(await raw.until(/\}$/), /^HTTP\/1\.1 202 /);
    raw.socket.destroy();
  });

  it("is a 503 when the store fails, and all keys are free", async (t) => {
    const rig = await rigOf(t);
    const body = `[${user("a")},${user("b")}]`;
    rig.store.broken = "store";
    const failed = await sendEvent(rig.port, { body });
    assert.deepEqual([failed.status, failed.json.code], [503, "store_failed"]);
    assert.deepEqual(rig.of("rejected").map(({ events }) => events), [2]);
    assert.equal(rig.of("acked").length, 0);
    rig.store.broken = "no";
    assert.equal((await sendEvent(rig.port, { body })).json.duplicates, 0);
  });

  it("is not given to a list that nobody signed", async (t) => {
    const rig = await rigOf(t);
    const body = `[${user("a")}]`;
    const { status } = await send(rig.port, { body: body.replace("a", "b"), headers: signed(body) });
    assert.deepEqual([status, rig.store.asked.length], [401, 0]);
  });
});

it("a list counts against the rate by its events, and the next request waits for them", async (t) => {
  const rig = await rigOf(t, { rate: { count: 10, perMs: 1000 } });
  const body = `[${Array.from({ length: 30 }, (_, n) => user(`${n}`))}]`;
  assert.equal((await sendEvent(rig.port, { body })).status, 202);
  const refused = await sendEvent(rig.port, { body: `[${user("x")}]` });
  assert.deepEqual([refused.status, refused.headers["retry-after"]], [429, "3"]);
  await rig.clock.advance(2100);
  assert.equal((await sendEvent(rig.port, { body: `[${user("x")}]` })).status, 202);
});
