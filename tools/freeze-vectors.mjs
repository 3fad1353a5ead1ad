/**
 * Freezes requests that senders' own libraries signed, where the library is too heavy to be a dependency of the tests:
 * it is installed into a folder of its own, signs fresh random payloads, and what it made is kept as vectors.
 *
 *   node tools/freeze-vectors.mjs [--count 8]
 */
import { execFileSync } from "node:child_process";
import { createHash, randomBytes, randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";

const PACKAGES = [
  "twilio@6",
  "@hubspot/api-client@13",
  "@adyen/api-library@32",
  "@workos-inc/node@8",
  "svix@1",
];
const TARGET = new URL("../test/vectors/library-signed.json", import.meta.url);

const { values } = parseArgs({ options: { count: { type: "string" } } });
const count = Number(values.count ?? 8);
const folder = mkdtempSync(join(tmpdir(), "hookd-freeze-"));
try {
  writeFileSync(join(folder, "package.json"), "{}");
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  execFileSync(npm, [
    "install",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    ...PACKAGES,
  ], { cwd: folder, stdio: "inherit" });
  const require = createRequire(join(folder, "package.json"));
  const makers = [
    twilioForm,
    twilioJson,
    hubspot(1),
    hubspot(2),
    hubspot(3),
    adyen,
    workos,
    svix,
  ];
  const vectors = [];
  for (const make of makers) {
    for (let number = 0; number < count; number++) {
      vectors.push(await make(require, number));
    }
  }
  writeFileSync(TARGET, `${JSON.stringify(vectors, undefined, 1)}\n`);
  console.log(`${vectors.length} vectors`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function versionOf(require, name) {
  // Not every package exports its manifest.
  const main = require.resolve(name);
  const root = main.slice(
    0,
    main.indexOf(join("node_modules", name)) +
      join("node_modules", name).length,
  );
  return `${name}@${JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version}`;
}

function payload(number) {
  return JSON.stringify({
    id: randomUUID(),
    note: "héllo ☃ 😀",
    n: number,
    filling: randomBytes(20).toString("base64"),
  });
}

function twilioForm(require, number) {
  const { getExpectedTwilioSignature } = require(
    "twilio/lib/webhooks/webhooks",
  );
  const secret = randomBytes(16).toString("hex");
  const url = `https://hooks.example.com/in/twilio?n=${number}&q=it%27s`;
  const params = {
    Body: "héllo & more",
    Sid: randomUUID(),
    Media: ["b", "a"],
    ApiVersion: "2010-04-01",
  };
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    for (const one of [value].flat()) {
      form.append(name, one);
    }
  }
  return {
    name: `twilio-${number}`,
    scheme: "twilio",
    secret,
    method: "POST",
    url,
    headers: {
      "Content-Type": "application/x-www-form-urlencoded",
      "X-Twilio-Signature": getExpectedTwilioSignature(secret, url, params),
    },
    body: form.toString(),
    via: versionOf(require, "twilio"),
  };
}

function twilioJson(require, number) {
  const { getExpectedTwilioSignature } = require(
    "twilio/lib/webhooks/webhooks",
  );
  const secret = randomBytes(16).toString("hex");
  const body = payload(number);
  const url = `https://hooks.example.com/in/twilio?bodySHA256=${createHash("sha256").update(body).digest("hex")}`;
  const headers = {
    "X-Twilio-Signature": getExpectedTwilioSignature(secret, url, {}),
  };
  return {
    name: `twilio-json-${number}`,
    scheme: "twilio-json",
    secret,
    method: "POST",
    url,
    headers,
    body,
    via: versionOf(require, "twilio"),
  };
}

function hubspot(version) {
  return (require, number) => {
    const { Signature } = require("@hubspot/api-client");
    const secret = randomUUID();
    const at = 1_700_000_000_000 + number;
    const url = "https://hooks.example.com/in/hubspot?n=1";
    const body = payload(number);
    const options = {
      signatureVersion: `v${version}`,
      clientSecret: secret,
      requestBody: body,
      url,
      method: "POST",
      timestamp: at,
    };
    const signature = Signature.getSignature("POST", `v${version}`, options);
    const headers = version === 3
      ? {
        "X-HubSpot-Signature-v3": signature,
        "X-HubSpot-Request-Timestamp": String(at),
      }
      : { "X-HubSpot-Signature": signature };
    return {
      name: `hubspot-v${version}-${number}`,
      scheme: `hubspot-v${version}`,
      secret,
      method: "POST",
      url,
      headers,
      body,
      now: 1_700_000_000,
      via: versionOf(require, "@hubspot/api-client"),
    };
  };
}

function adyen(require, number) {
  const { hmacValidator: HmacValidator } = require("@adyen/api-library");
  const secret = randomBytes(32).toString("hex").toUpperCase();
  const validator = new HmacValidator();
  const notificationItems = [0, 1].map((step) => {
    const item = {
      pspReference: randomBytes(8).toString("hex"),
      originalReference: step === 0 ? "" : randomBytes(8).toString("hex"),
      merchantAccountCode: "Example",
      merchantReference: `order ${number}`,
      amount: { value: 1000 + number, currency: "EUR" },
      eventCode: "AUTHORISATION",
      success: "true",
    };
    const hmacSignature = validator.calculateHmac(item, secret);
    return {
      NotificationRequestItem: { ...item, additionalData: { hmacSignature } },
    };
  });
  const body = JSON.stringify({ live: "false", notificationItems });
  return {
    name: `adyen-${number}`,
    scheme: "adyen",
    secret,
    method: "POST",
    headers: {},
    body,
    via: versionOf(require, "@adyen/api-library"),
  };
}

async function workos(require, number) {
  const { WorkOS } = require("@workos-inc/node");
  const secret = randomBytes(24).toString("base64url");
  const at = 1_700_000_000_000 + number;
  const data = JSON.parse(payload(number));
  const signature = await new WorkOS("sk_unused").webhooks.computeSignature(
    at,
    data,
    secret,
  );
  return {
    name: `workos-${number}`,
    scheme: "workos",
    secret,
    method: "POST",
    headers: { "WorkOS-Signature": `t=${at}, v1=${signature}` },
    // The library signs JSON.stringify of what it is given.
    body: JSON.stringify(data),
    now: 1_700_000_000,
    via: versionOf(require, "@workos-inc/node"),
  };
}

function svix(require, number) {
  const { Webhook } = require("svix");
  const secret = `whsec_${randomBytes(24).toString("base64")}`;
  const [id, at, body] = [
    `msg_${randomUUID()}`,
    1_700_000_000,
    payload(number),
  ];
  const headers = {
    "svix-id": id,
    "svix-timestamp": String(at),
    "svix-signature": new Webhook(secret).sign(id, new Date(at * 1000), body),
  };
  return {
    name: `svix-${number}`,
    scheme: "svix",
    secret,
    method: "POST",
    headers,
    body,
    now: at,
    via: versionOf(require, "svix"),
  };
}
