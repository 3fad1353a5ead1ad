import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { daemonFindings, type SourceSecrets } from "../../src/cli/doctor-daemon.ts";
import { HookdError } from "../../src/errors.ts";

const NOW = 1_700_000_000_000;

interface Answers {
  ready?: object;
  count?: number;
  metrics?: string;
}

function findings(
  { ready = { status: "ok", checks: {} }, count = 0, metrics = "" }: Answers,
  sources: SourceSecrets[] = [],
) {
  const client = {
    get: <T>() => Promise.resolve({ count } as T),
    text: (path: string) => Promise.resolve(path === "/metrics" ? metrics : JSON.stringify(ready)),
  };
  return daemonFindings({ client, sources, now: () => NOW });
}

describe("a daemon", () => {
  it("that is ready and has nothing for a person is fine", async () => {
    assert.deepEqual((await findings({})).map(({ state }) => state), ["ok", "ok"]);
  });

  it("that is not ready is a fault that names what fails", async () => {
    const checks = { store: { ok: false, detail: "EIO" }, queue: { ok: true } };
    const [daemon] = await findings({ ready: { status: "failing", checks } });
    assert.deepEqual([daemon?.state, daemon?.found], ["fault", "not ready: store (EIO)"]);
  });

  it("that found damage is a warning", async () => {
    const checks = { journal: { ok: true, detail: "damaged: 1.seg: 10-20" }, queue: { ok: true, detail: "0 of 9" } };
    const [daemon] = await findings({ ready: { status: "ok", checks } });
    assert.deepEqual([daemon?.state, daemon?.found], ["warning", "ready; journal (damaged: 1.seg: 10-20)"]);
  });

  it("that has dead letters is a warning", async () => {
    const [, letters] = await findings({ count: 2 });
    assert.deepEqual([letters?.state, letters?.found], ["warning", "2 open"]);
  });

  it("that does not answer is a warning", async () => {
    const client = {
      get: () => Promise.reject(new HookdError("ERR_ADMIN_UNREACHABLE", "no answer")),
      text: () => Promise.reject(new HookdError("ERR_ADMIN_UNREACHABLE", "no answer")),
    };
    const found = await daemonFindings({ client, sources: [], now: () => NOW });
    assert.deepEqual(found.map(({ state, found }) => [state, found]), [["warning", "no answer"]]);
  });
});

it("each secret tells when it matched last, and until when it counts", async () => {
  const metrics = [
    "# TYPE hookd_secret_last_match_timestamp_seconds gauge",
    `hookd_secret_last_match_timestamp_seconds{source="in",key="0"} ${NOW / 1000 - 30}`,
    `hookd_secret_last_match_timestamp_seconds{source="other",key="1"} ${NOW / 1000 - 7200}`,
  ].join("\n");
  const source = { name: "in", secrets: 3, notAfter: [undefined, NOW + 1000, NOW - 1000] };
  const found = (await findings({ metrics }, [source])).slice(2);
  assert.deepEqual(found.map(({ check, state }) => `${check} ${state}`), [
    "secret in[0] ok",
    "secret in[1] ok",
    "secret in[2] warning",
  ]);
  assert.equal(found[0]?.found, "matched 30 s ago");
  assert.equal(found[1]?.found, "has not matched since the start; counts until 2023-11-14T22:13:21.000Z");
  assert.match(found[2]?.found ?? "", /no longer counts since 2023-11-14T22:13:19\.000Z$/);
});
