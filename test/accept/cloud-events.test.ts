import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it, type TestContext } from "node:test";
import { CloudEvent, HTTP, type Message } from "cloudevents";
import { Type } from "typebox";
import { cloudEvents } from "../../src/accept/cloud-events.ts";
import type { SourceConfig } from "../../src/config.ts";
import { dataOf, joinHeaders } from "../../src/execute/thread/handler-event.ts";
import type { NewEvent } from "../../src/model.ts";
import { anAcceptSource } from "./a-route.ts";
import { openRig, type Rig, send, signed } from "./rig.ts";

async function rigOf(t: TestContext, over: Partial<SourceConfig> = {}): Promise<Rig> {
  const source = anAcceptSource({ format: "cloudevents", order: "header:ce-subject", ...over });
  const handlers = { "com.example.placed": Type.Object({ total: Type.Number() }), "com.example.größe": undefined };
  const rig = await openRig({ sources: [source], handlers });
  t.after(rig.close);
  return rig;
}

/** What the library of another project made, signed by body as preset `hookd` does, over HTTP. */
function sendMessage(rig: Rig, { headers, body }: Message) {
  const text = body as string;
  const { "X-Event-Type": _, ...own } = signed(text);
  return send(rig.port, { body: text, headers: { ...headers as Record<string, string>, ...own } });
}

function sendAs(rig: Rig, contentType: string, body: string) {
  return sendMessage(rig, { headers: { "Content-Type": contentType }, body });
}

const JSON_FORMAT = "application/cloudevents+json; charset=utf-8";
const BATCH_FORMAT = "application/cloudevents-batch+json";

function anEvent(over: Record<string, unknown> = {}) {
  return new CloudEvent({
    id: "A 234-1234-1234",
    source: "/my/context?a=b",
    type: "com.example.placed",
    subject: "user 7",
    time: "2026-01-01T12:00:00.000Z",
    comexampleextension: "1",
    data: { total: 2.5 },
    ...over,
  });
}

const envelope = (over: Record<string, unknown> = {}) =>
  JSON.stringify({
    specversion: "1.0",
    id: "1",
    source: "/s",
    type: "com.example.placed",
    data: { total: 1 },
    ...over,
  });

/** What a handler would see. */
function handled(event: NewEvent | undefined) {
  assert(event !== undefined);
  return { headers: joinHeaders(event.headers), data: dataOf(event.body, ""), text: String(Buffer.from(event.body)) };
}

describe("a CloudEvent made by its own library", () => {
  const forms: [form: string, message: Message][] = [
    ["binary", HTTP.binary(anEvent())],
    ["structured", HTTP.structured(anEvent())],
    ["batched", { headers: { "content-type": BATCH_FORMAT }, body: JSON.stringify([anEvent()]) }],
  ];
  for (const [form, message] of forms) {
    it(`in ${form} form is one and the same event`, async (t) => {
      const rig = await rigOf(t);
      const { status } = await sendMessage(rig, message);
      assert.equal(status, 202);
      const event = rig.store.asked[0];
      assert.deepEqual([event?.type, event?.key, event?.orderingKey], [
        "com.example.placed",
        "/my/context?a=b A 234-1234-1234",
        "user 7",
      ]);
      const { data, headers } = handled(event);
      assert.deepEqual(data, { total: 2.5 });
      assert.match(headers["content-type"] ?? "", /^application\/json/);
      const { ["ce-id"]: id, ["ce-comexampleextension"]: extension, ["ce-specversion"]: version } = headers;
      // The library leaves a space as it is where it writes headers.
      assert.deepEqual([id?.replace("%20", " "), extension, version], ["A 234-1234-1234", "1", "1.0"]);
    });
  }

  it("is a duplicate in whatever form it comes again", async (t) => {
    const rig = await rigOf(t);
    for (const [, message] of forms) await sendMessage(rig, message);
    assert.equal(rig.store.stored.length, 1);
    assert.equal(rig.of("duplicate").length, 2);
  });

  it("can be read back by the library from what a handler is given", async (t) => {
    const rig = await rigOf(t);
    await sendMessage(rig, HTTP.structured(anEvent({ subject: "plain", id: "1" })));
    const { headers, text } = handled(rig.store.asked[0]);
    const event = HTTP.toEvent<{ total: number }>({ headers, body: text });
    assert(!Array.isArray(event));
    assert.deepEqual([event.id, event.source, event.type, event.data], [
      "1",
      "/my/context?a=b",
      "com.example.placed",
      { total: 2.5 },
    ]);
  });

  it("with bytes for data is those bytes", async (t) => {
    const rig = await rigOf(t, { data: "body", type: "literal:com.example.größe" });
    const bytes = new Uint8Array([0, 255, 1, 128]);
    const event = anEvent({ data: undefined, data_base64: Buffer.from(bytes).toString("base64") })
      .cloneWith({ datacontenttype: "application/octet-stream" });
    await sendMessage(rig, HTTP.structured(event));
    assert.deepEqual(new Uint8Array(rig.store.asked[0]!.body), bytes);
    assert.equal(handled(rig.store.asked[0]).headers["content-type"], "application/octet-stream");
  });
});

describe("the structured form", () => {
  it("keeps the data byte for byte", async (t) => {
    const rig = await rigOf(t);
    await sendAs(
      rig,
      JSON_FORMAT,
      '{"specversion":"1.0","id":"1","source":"/s","type":"com.example.placed",\n"data" : { "total":1.50 }}',
    );
    assert.equal(handled(rig.store.asked[0]).text, '{ "total":1.50 }');
  });

  it("takes text as it is where the data is no JSON, and none where there is none", async (t) => {
    const rig = await rigOf(t, { data: "body", type: "literal:com.example.größe" });
    await sendAs(rig, JSON_FORMAT, envelope({ id: "1", datacontenttype: "text/xml", data: "<é/>" }));
    await sendAs(rig, JSON_FORMAT, envelope({ id: "2", datacontenttype: "application/vnd.a+json", data: "text" }));
    await sendAs(rig, JSON_FORMAT, envelope({ id: "3", data: undefined }));
    await sendAs(rig, JSON_FORMAT, envelope({ id: "4", data: null }));
    assert.deepEqual(rig.store.asked.map((event) => handled(event).text), ["<é/>", '"text"', "", "null"]);
  });

  it("knows attributes of all its types, and none that is null", async (t) => {
    const rig = await rigOf(t);
    await sendAs(rig, JSON_FORMAT, envelope({ num: -5, flag: true, unset: null, subject: "größe 1" }));
    const { headers } = handled(rig.store.asked[0]);
    assert.deepEqual([headers["ce-num"], headers["ce-flag"], headers["ce-unset"]], ["-5", "true", undefined]);
    assert.equal(headers["ce-subject"], "gr%C3%B6%C3%9Fe%201");
    assert.equal(rig.store.asked[0]?.orderingKey, "größe 1");
  });

  it("counts, and not what somebody wrote beside it in headers", async (t) => {
    const rig = await rigOf(t);
    await sendMessage(rig, {
      headers: { "Content-Type": JSON_FORMAT, "ce-type": "com.example.forged", "Ce-Subject": "forged" },
      body: envelope(),
    });
    const [event] = rig.store.asked;
    assert.deepEqual([event?.type, event?.orderingKey], ["com.example.placed", undefined]);
    assert(!JSON.stringify(event?.headers).includes("forged"));
  });
});

describe("the binary form", () => {
  const headers = {
    "ce-specversion": "1.0",
    "ce-id": "1",
    "ce-source": "/s",
    "ce-type": "com.example.gr%C3%B6%C3%9Fe",
    "Content-Type": "text/plain",
  };

  it("takes any body as it is, and percent-encoded attributes", async (t) => {
    const rig = await rigOf(t, { data: "body" });
    assert.equal((await sendMessage(rig, { headers, body: "any text" })).status, 202);
    const [event] = rig.store.asked;
    assert.deepEqual([event?.type, handled(event).text], ["com.example.größe", "any text"]);
  });

  it("is refused where an attribute is missing, empty, sent twice or no UTF-8", async (t) => {
    const rig = await rigOf(t, { data: "body" });
    const rows: [over: Record<string, string | string[]>, paths: string[] | "repeated_value"][] = [
      [{ "ce-id": "" }, ["ce-id"]],
      [{ "ce-specversion": "0.3" }, ["ce-specversion"]],
      [{ "ce-type": "%C0%A0" }, ["ce-type"]],
      [{ "ce-other": "%FF" }, ["ce-other"]],
      [{ "ce-with-dash": "a" }, ["ce-with-dash"]],
      [{ "ce-source": ["/a", "/b"] }, "repeated_value"],
    ];
    for (const [over, paths] of rows) {
      const { status, json } = await sendMessage(rig, { headers: { ...headers, ...over }, body: "" });
      const told = typeof paths === "string" ? json.code : json.errors.map((each: { path: string }) => each.path);
      assert.deepEqual([status, told], [400, paths], JSON.stringify(over));
    }
    const none = await sendMessage(rig, { headers: {}, body: "{}" });
    assert.deepEqual(none.json.errors.map((each: { path: string }) => each.path), [
      "ce-specversion",
      "ce-id",
      "ce-source",
      "ce-type",
    ]);
    assert.equal(rig.store.asked.length, 0);
  });
});

it("a captured structured event cannot be sent again as the data of a binary one, under another type", async (t) => {
  const rig = await rigOf(t, { data: "body" });
  const headers = {
    "ce-specversion": "1.0",
    "ce-id": "2",
    "ce-source": "/s",
    "ce-type": "com.example.gr%C3%B6%C3%9Fe",
    "Content-Type": "application/json",
  };
  for (const body of [envelope(), `[${envelope()}]`]) {
    const { status, json } = await sendMessage(rig, { headers, body });
    assert.deepEqual([status, json.code], [400, "schema_violation"]);
  }
  for (const body of ['{"specversion":"1.0"}', "[]", "null", "no json"]) {
    assert.equal(
      (await sendMessage(rig, { headers: { ...headers, "ce-id": body.length.toString() }, body })).status,
      202,
    );
  }
});

describe("what is no CloudEvent", () => {
  const rows: [what: string, body: string, path: string][] = [
    ["no object", "[]", ""],
    ["without an id", envelope({ id: undefined }), "/id"],
    ["with an empty source", envelope({ source: "" }), "/source"],
    ["of another version", envelope({ specversion: "0.3" }), "/specversion"],
    ["with an object for an attribute", envelope({ subject: {} }), "/subject"],
    ["with a fraction for an attribute", envelope({ num: 1.5 }), "/num"],
    ["with a name that cannot be a header", envelope({ "a\r\nb": "1" }), "/a\r\nb"],
    ["with a name in capitals", envelope({ Subject: "1" }), "/Subject"],
    ["with half a character", '{"specversion":"1.0","id":"\\ud800","source":"/s","type":"t"}', "/id"],
    ["with a line break for a media type", envelope({ datacontenttype: "a/b\r\nX: y" }), "/datacontenttype"],
    ["with data twice", envelope({ data_base64: "AA==" }), "/data_base64"],
    ["with bytes that are no Base64", envelope({ data: undefined, data_base64: "AA" }), "/data_base64"],
    ["with a number for bytes", envelope({ data: undefined, data_base64: 1234 }), "/data_base64"],
    [
      "with __proto__ for its attributes",
      '{"__proto__":{"id":"1","source":"/s","type":"t","specversion":"1.0"}}',
      "/specversion",
    ],
  ];
  for (const [what, body, path] of rows) {
    it(`is refused: ${what}`, async (t) => {
      const rig = await rigOf(t);
      const { status, json } = await sendAs(rig, JSON_FORMAT, body);
      assert.deepEqual([status, json.code, json.errors[0].path], [400, "schema_violation", path]);
      assert.equal(rig.store.asked.length, 0);
    });
  }
});

describe("a batch", () => {
  it("is stored as one, and answered as a list", async (t) => {
    const rig = await rigOf(t);
    const body = `[${envelope({ id: "1" })}, ${envelope({ id: "2" })},${envelope({ id: "1" })}]`;
    const { status, json } = await sendAs(rig, BATCH_FORMAT, body);
    assert.deepEqual([status, json.status, json.count, json.duplicates], [202, "acknowledged", 3, 1]);
    assert.deepEqual(rig.store.stored.length, 2);
    assert.equal((await sendAs(rig, BATCH_FORMAT, "[]")).json.count, 0);
  });

  it("is refused as a whole for one event that is none", async (t) => {
    const rig = await rigOf(t);
    const { status, json } = await sendAs(rig, BATCH_FORMAT, `[${envelope()},${envelope({ id: null, type: 7 })},3]`);
    assert.deepEqual([status, json.errors.map((each: { path: string }) => each.path)], [
      400,
      ["/1/id", "/2", "/2/specversion", "/2/id", "/2/source", "/2/type"],
    ]);
    const unfit = await sendAs(rig, BATCH_FORMAT, `[${envelope()},${envelope({ id: "2", data: {} })}]`);
    assert.deepEqual([unfit.status, unfit.json.errors], [400, [{ path: "/1/total", message: "is required" }]]);
    assert.equal(rig.store.asked.length, 0);
    assert.deepEqual(rig.of("rejected").map(({ events }) => events), [3, 2]);
  });

  it("must be a list", async (t) => {
    const rig = await rigOf(t);
    assert.equal((await sendAs(rig, BATCH_FORMAT, envelope())).json.errors[0].message, "must be array");
  });

  it("is not taken in a mode that answers with one outcome", async (t) => {
    const rig = await rigOf(t, { mode: "sync" });
    const { status, headers } = await sendAs(rig, BATCH_FORMAT, `[${envelope()}]`);
    assert.deepEqual([status, headers["accept"]], [415, "application/cloudevents+json"]);
  });
});

it("a format other than JSON is a 415, whatever its case", async (t) => {
  const rig = await rigOf(t);
  for (
    const format of ["application/cloudevents+xml", "Application/CloudEvents-Batch+avro", "application/cloudevents"]
  ) {
    const { status, json } = await sendAs(rig, format, envelope());
    assert.deepEqual([status, json.code], [415, "unsupported_encoding"]);
  }
  assert.equal((await sendAs(rig, "APPLICATION/CloudEvents+JSON", envelope())).status, 202);
  assert.deepEqual(new Set(rig.reasons()), new Set(["unsupported_format"]));
});

it("a CloudEvent in mode sync is answered with its own outcome", async (t) => {
  const rig = await rigOf(t, { mode: "sync" });
  const stored = rig.next("accepted");
  const answer = sendAs(rig, JSON_FORMAT, envelope());
  await stored;
  await rig.settle({ kind: "complete", result: '{"ok":true}' });
  assert.deepEqual((await answer).json.result, { ok: true });
});

it("a content type that comes twice is refused", () => {
  const headers = ["Content-Type", JSON_FORMAT, "content-type", "application/json"];
  const found = cloudEvents({ headers, query: "", body: Buffer.from(envelope()), depthMax: 8 }, true);
  assert(found.kind === "refused" && found.code === "repeated_value");
});
