import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { AttemptRecord } from "../../../src/model.ts";
import { FRAME_HEADER_BYTES } from "../../../src/store/journal/frame.ts";
import {
  decodeDetail,
  decodeEntry,
  decodeEvent,
  encodeEvent,
  encodeHold,
  encodeStep,
  type EventEntry,
  type StepEntry,
} from "../../../src/store/journal/records.ts";
import { aStoredEvent } from "../../support/an-event.ts";

const attempt: AttemptRecord = { attempt: 2, startedAt: 5, durationMs: 7, outcome: "failed", nextAttemptAt: 99 };

function anEntry(over: Partial<EventEntry> = {}): EventEntry {
  return {
    kind: "event",
    id: "018bcfe5-6800-7000-8000-000000000001",
    hash: 0xffff_ffff,
    seq: 2 ** 40,
    receivedAt: 1_700_000_000_000,
    charged: 65_535,
    generation: 3,
    dueAt: 1_700_000_000_500,
    from: 2 ** 45 + 40,
    mailbox: 2 ** 53 - 1,
    dead: true,
    ...over,
  };
}

function aStep(over: Partial<StepEntry> = {}): StepEntry {
  const { id, hash, charged, generation, mailbox } = anEntry();
  const place = { event: 2 ** 32 + 40, previous: 2 ** 33 + 80, at: 1_700_000_000_000 };
  return { kind: "outcome", id, hash, charged, generation, mailbox, ...place, dead: false, freed: false, ...over };
}

describe("an event record", () => {
  for (const over of [{}, { dead: false, from: 0, dueAt: 0, mailbox: 0, charged: 0 }]) {
    it(`has its fixed part as it was written: ${JSON.stringify(over)}`, () => {
      const entry = anEntry(over);
      assert.deepEqual(decodeEntry(encodeEvent(entry, aStoredEvent())), entry);
    });
  }

  it("has the event as it was received, with all that is optional or without", () => {
    const { id, receivedAt } = anEntry();
    const bare = aStoredEvent({ id, receivedAt });
    const full = { ...bare, orderingKey: "k", sourceIp: "::1", firstAttempt: 2, replayOf: id };
    for (const event of [bare, full]) assert.deepEqual(decodeEvent(encodeEvent(anEntry(), event)), { event });
  });

  it("has the exact bytes of any body and any header", () => {
    const texts = fc.array(fc.string({ unit: "binary" }), { maxLength: 6 });
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), texts, (body, headers) => {
      const { event } = decodeEvent(encodeEvent(anEntry(), aStoredEvent({ body, headers })));
      assert.deepEqual([Buffer.from(event.body), event.headers], [Buffer.from(body), headers]);
    }));
  });

  it("tells, when it was moved, what happened before", () => {
    const past = { attempts: [attempt], settledAt: 9, failure: { code: "Error", message: "no" } };
    assert.deepEqual(decodeEvent(encodeEvent(anEntry(), aStoredEvent(), past)).past, past);
  });
});

describe("a step record", () => {
  for (const over of [{}, { kind: "attempt" }, { kind: "revive" }, { dead: true }, { freed: true }] as const) {
    it(`is read as it was written: ${JSON.stringify(over)}`, () => {
      const detail = { attempt, result: '{"ok":true}', failure: { code: "Error", message: "nö" } };
      const frame = encodeStep(aStep(over), JSON.stringify(detail));
      assert.deepEqual(decodeEntry(frame), aStep(over));
      assert.deepEqual(decodeDetail(frame), detail);
    });
  }

  it("needs no detail", () => assert.deepEqual(decodeDetail(encodeStep(aStep({ kind: "revive" }))), {}));
});

describe("a hold record", () => {
  it("names the mailbox and how it is held, or that it is free", () => {
    const held = { source: "events", orderingKey: "user:42", hold: "parked" as const };
    assert.deepEqual(decodeEntry(encodeHold(held)), { kind: "hold", ...held });
    const free = decodeEntry(encodeHold({ ...held, hold: undefined }));
    assert.equal(free?.kind === "hold" && free.hold, undefined);
  });
});

it("a record of a kind that this version does not know is undefined, not misread", () => {
  const frame = Buffer.alloc(FRAME_HEADER_BYTES + 100, 6);
  assert.equal(decodeEntry(frame), undefined);
});
