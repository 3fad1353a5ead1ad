import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import type { CapturedRequest } from "../../src/captured-request.ts";
import { runProgram } from "../../src/cli/program.ts";
import { recordedNeeds } from "../support/recorded-needs.ts";
import { hookdCall, runHookd } from "../support/run-hookd.ts";
import { tempFolder } from "../support/temp-folder.ts";

const VECTORS = fileURLToPath(new URL("../vectors/signatures.json", import.meta.url));
const SECRET = "canary-secret-of-this-test";

describe("hookd verify with the real engine", () => {
  it("gives each published vector its verdict, a JSON line each", async () => {
    const vectors = JSON.parse(readFileSync(VECTORS, "utf8")) as { name: string; valid: boolean; code?: string }[];
    const { code, out, err } = await runHookd(["verify", "--file", VECTORS], { cwd: tempFolder() });
    assert.equal(err, "");
    const lines = out.trimEnd().split("\n").map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.deepEqual(lines.map(({ name }) => name), vectors.map(({ name }) => name));
    const wrong = vectors.filter(({ valid, code = null }, at) => lines[at]!.ok !== valid || lines[at]!.reason !== code);
    assert.deepEqual(wrong.map(({ name }) => name), []);
    for (const line of lines) {
      assert.deepEqual(Object.keys(line), ["name", "ok", "reason", "keyIndex", "binding"]);
      assert.equal(line.keyIndex === null, !line.ok);
    }
    assert.equal(code, 1);
  });

  it("takes an HTTP request from a pipe, with the secret from the environment, and explains it", async () => {
    const body = '{"zen":"Keep it logically awesome."}';
    const signature = createHmac("sha256", SECRET).update(body).digest("hex");
    const request = `POST /in HTTP/1.1\r\nX-Hub-Signature-256: sha256=${signature}\r\n\r\n`;
    const args = ["verify", "--preset", "github", "--secret", "${env:HOOK}"];
    const good = await piped(args, `${request}${body}`);
    assert.deepEqual([good.code, good.out.split("\n")[0]], [0, "verified (binding: body)"]);
    const bad = await piped(args, `${request}${body}\n`);
    assert.equal(bad.code, 1);
    assert.match(
      bad.out,
      /^not verified: signature_mismatch .*\n(.*\n)*cause\tThe signature would be right if the body had no line feed/,
    );
    for (const text of [good.out, bad.out]) {
      assert.ok(!text.includes(SECRET) && !text.includes(signature.slice(0, 12)));
    }
  });
});

/** Runs with `input` piped in. */
function piped(args: string[], input: string): Promise<{ code: number | null; out: string }> {
  const call = hookdCall(args, { cwd: tempFolder(), env: { HOOK: SECRET } });
  const child = spawn(call.file, call.args, { cwd: tempFolder(), env: call.env, stdio: ["pipe", "pipe", "inherit"] });
  let out = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => out += text);
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, out }));
  });
}

function needsFor(stdin: string | undefined, { isTTY = false } = {}) {
  const seen: CapturedRequest[] = [];
  const said = (captured: CapturedRequest) => {
    seen.push(captured);
    const isGood = Buffer.from(captured.body).toString() === "good";
    const verdict = isGood
      ? { kind: "verified", keyIndex: 0 } as const
      : { kind: "unverified", reason: "bad_key" } as const;
    return Promise.resolve({ verdict, binding: "body" });
  };
  const needs = recordedNeeds({
    readStdin: () => Promise.resolve(stdin === undefined ? undefined : Buffer.from(stdin)),
    verifySignature: said,
    explainSignature: async (captured) => ({ ...await said(captured), findings: [{ kind: "why", text: "because" }] }),
  }, { isTTY });
  return { needs, seen };
}

function requests(...bodies: string[]): string {
  return JSON.stringify(bodies.map((body) => ({ name: body, scheme: "github", secret: SECRET, headers: {}, body })));
}

describe("hookd verify", () => {
  it("ends with 0 where all verify, and with 1 where one does not", async () => {
    assert.equal(await runProgram(["verify"], needsFor(requests("good", "good")).needs), 0);
    const { needs } = needsFor(requests("good", "bad"));
    assert.equal(await runProgram(["verify", "--file", "-"], needs), 1);
    assert.deepEqual(needs.out().trimEnd().split("\n").map((line) => JSON.parse(line).ok), [true, false]);
  });

  it("speaks in words of one request, and in JSON where it is asked to or there is a list", async () => {
    const [one = ""] = JSON.parse(requests("good")).map((each: unknown) => JSON.stringify(each));
    const words = needsFor(one);
    assert.equal(await runProgram(["verify"], words.needs), 0);
    assert.equal(words.needs.out(), "verified (binding: body)\nwhy\tbecause\n");
    const json = needsFor(one);
    await runProgram(["verify", "--json"], json.needs);
    assert.equal(json.needs.out(), '{"name":"good","ok":true,"reason":null,"keyIndex":0,"binding":"body"}\n');
    const findings = needsFor(requests("good"));
    await runProgram(["verify", "--findings"], findings.needs);
    assert.deepEqual(JSON.parse(findings.needs.out()).findings, [{ kind: "why", text: "because" }]);
  });

  it("hands on what its options say", async () => {
    const { needs, seen } = needsFor(requests("good"));
    const args = [
      "verify",
      "--preset",
      "stripe",
      "--secret",
      "a",
      "--secret",
      "b",
      "--now",
      "5",
      "--tolerance",
      "2s",
      "--param",
      "x=y=z",
      "--url",
      "u",
    ];
    assert.equal(await runProgram(args, needs), 0);
    const { secrets, now, toleranceMs, params, url } = seen[0]!;
    assert.deepEqual({ secrets, now, toleranceMs, params, url }, {
      secrets: ["a", "b"],
      now: 5000,
      toleranceMs: 2000,
      params: { x: "y=z" },
      url: "u",
    });
  });

  it("prints each line that it can, and ends with 2, where a preset is unknown", async () => {
    const list = [{ scheme: "githib", secret: "a", headers: {} }, ...JSON.parse(requests("good"))];
    const { needs } = needsFor(JSON.stringify(list));
    assert.equal(await runProgram(["verify"], needs), 2);
    assert.deepEqual(needs.out().trimEnd().split("\n").map((line) => JSON.parse(line).reason), [
      "unknown_preset",
      null,
    ]);
    assert.match(needs.err(), /no preset "githib"; did you mean "github"\?/);
  });

  for (
    const [what, args, stdin, said] of [
      ["a person types and no file is named", [], undefined, /There is no request to look at/],
      [
        "the file is not there",
        ["--file", "/nonexistent/request"],
        undefined,
        /Cannot read the captured request .*no such file/,
      ],
      ["the request is none", [], "hello", /neither JSON nor an HTTP request/],
      ["a time is none", ["--now", "yesterday"], "", /Expected a whole number/],
      ["a tolerance is none", ["--tolerance", "long"], "", /Expected a duration/],
      ["a param has no value", ["--param", "x"], "", /Expected name=value/],
    ] as const
  ) {
    it(`ends with 2 where ${what}`, async () => {
      const { needs } = needsFor(stdin);
      assert.equal(await runProgram(["verify", ...args], needs), 2);
      assert.match(needs.err(), said);
    });
  }

  it("reads a file", async () => {
    const file = join(tempFolder(), "requests.json");
    writeFileSync(file, requests("good"));
    assert.equal(await runProgram(["verify", "--file", file], needsFor(undefined).needs), 0);
  });
});
