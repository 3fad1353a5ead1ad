/** The OpenAPI document of the shipped daemon, judged by validators that hookd does not use, and held to what hookd does. */
import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { shippedConfig, signed, startShipped } from "../support/shipped-daemon.ts";
import { type Answer, SignedSender } from "../support/signed-post.ts";
import { packageVersion } from "../../src/version.ts";

const SECRETS = {
  HOOKD_GITHUB_SECRET: "a secret of the github source",
  HOOKD_STRIPE_SECRET: "whsec_a_secret_of_the_stripe_source",
  HOOKD_STANDARD_SECRET: `whsec_${"c2VjcmV0".repeat(4)}`,
};

interface Operation {
  operationId: string;
  parameters?: { name: string; in: string }[];
  requestBody?: { content: Record<string, { examples?: Record<string, { value: unknown }> }> };
  responses: Record<string, { content?: Record<string, { examples?: Record<string, { value: any }> }> }>;
}

const daemon = await startShipped({ env: SECRETS });
const document = (await daemon.admin("/openapi.json")).body;
const sender = new SignedSender();
const ajv = new Ajv2020({ strict: false, allErrors: true });
(formats as unknown as (ajv: Ajv2020) => void)(ajv);
ajv.addSchema(document, "openapi");
after(async () => {
  sender.close();
  await daemon.end();
});

function operations(): { path: string; method: string; operation: Operation }[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item as Record<string, Operation>).map(([method, operation]) => ({ path, method, operation }))
  );
}

function validatorAt(...pointer: string[]) {
  const steps = pointer.map((step) => encodeURIComponent(step.replaceAll("~", "~0").replaceAll("/", "~1")));
  return ajv.compile({ $ref: `openapi#/${steps.join("/")}` });
}

describe("the document", () => {
  it("is valid OpenAPI 3.1", async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(structuredClone(document));
    assert.deepEqual(errors ?? [], []);
    assert.ok(valid);
    assert.equal(validator.version, "3.1");
  });

  it("tells the version of the package, also where the daemon is a bundle", () => {
    assert.equal(document.info.version, packageVersion());
  });

  it("has an operation for each source with its own body, and for each route of the admin listener", () => {
    const { sources } = shippedConfig() as { sources: Record<string, { path: string }> };
    const bodies = new Set<string>();
    for (const [name, { path }] of Object.entries(sources)) {
      const { post } = document.paths[path];
      assert.equal(post.operationId, `send_${name.replaceAll("-", "_")}`);
      bodies.add(JSON.stringify(post.requestBody));
      assert.deepEqual(post.servers, [{ url: daemon.publicUrl }]);
    }
    assert.ok(bodies.size >= 4, "The bodies of events, users, orders and the rest differ");
    const rest = operations().map(({ method, path }) => `${method} ${path}`).filter((at) =>
      !at.startsWith("post /web")
    );
    assert.deepEqual(rest.sort(), [
      "delete /dlq/{id}",
      "get /dlq",
      "get /dlq/{id}",
      "get /docs",
      "get /docs/{file}",
      "get /events",
      "get /events/{id}",
      "get /livez",
      "get /mailboxes",
      "get /metrics",
      "get /openapi.json",
      "get /readyz",
      "get /stats",
      "get /webhooks/status/{event_id}",
      "post /dlq",
      "post /dlq/{id}/retry",
      "post /events/{id}/replay",
      "post /mailboxes/{key}/pause",
      "post /mailboxes/{key}/resume",
    ]);
  });

  it("names each operation once, and every reference in it leads somewhere", () => {
    const ids = operations().map(({ operation }) => operation.operationId);
    assert.equal(new Set(ids).size, ids.length);
    for (const [, ref] of JSON.stringify(document).matchAll(/"\$ref":"#([^"]+)"/g)) {
      const found = ref!.split("/").slice(1).reduce((node, step) => node?.[step.replaceAll("~1", "/")], document);
      assert.notEqual(found, undefined, ref);
    }
  });

  it("shows for every answer examples that meet its schema", () => {
    let count = 0;
    for (const { path, method, operation } of operations()) {
      for (const [status, { content = {} }] of Object.entries(operation.responses)) {
        for (const [type, { examples = {} }] of Object.entries(content)) {
          const validate = validatorAt("paths", path, method, "responses", status, "content", type, "schema");
          for (const [name, { value }] of Object.entries(examples)) {
            assert.ok(validate(value), `${method} ${path} ${status} ${name}: ${ajv.errorsText(validate.errors)}`);
            count += 1;
          }
        }
      }
    }
    assert.ok(count > 300, String(count));
  });

  it("tells no secret", () => {
    const text = JSON.stringify(document);
    for (const secret of Object.values(SECRETS)) assert.ok(!text.includes(secret));
  });
});

describe("what a source's body may be", () => {
  const hookdSources = () =>
    operations().filter(({ path, operation }) =>
      operation.parameters?.some(({ name }) => name === "X-Idempotency-Key") && path !== "/webhooks/receive-with-dlq"
    );

  async function post(path: string, type: string, body: unknown): Promise<Answer> {
    return await sender.send(daemon.publicUrl + path, signed(body, { "X-Event-Type": type }));
  }

  it("is shown by examples that hookd takes, and answers as the example of the answer says", async () => {
    let count = 0;
    for (const { path, operation } of hookdSources()) {
      const { examples = {} } = operation.requestBody?.content["application/json"] ?? {};
      assert.ok(Object.keys(examples).length > 0, path);
      const validate = validatorAt("paths", path, "post", "requestBody", "content", "application/json", "schema");
      for (const [type, { value }] of Object.entries(examples)) {
        assert.ok(validate(value), `${path} ${type}: ${ajv.errorsText(validate.errors)}`);
        const answer = await post(path, type, { ...value as object, unique: count++ });
        assert.ok(answer.status === 200 || answer.status === 202, `${path} ${type}: ${answer.status}`);
        const shown = operation.responses[answer.status]?.content?.["application/json"]?.examples ?? {};
        const same = Object.values(shown).find(({ value }) => value.status === answer.body.status);
        assert.deepEqual(Object.keys(answer.body).sort(), Object.keys(same?.value).sort(), `${path} ${type}`);
      }
    }
    assert.ok(count > 40, String(count));
  });

  it("is refused by hookd where the document's schema refuses it, and only there", async () => {
    let refused = 0;
    for (const path of ["/webhooks/events", "/webhooks/users", "/webhooks/orders"]) {
      const validate = validatorAt("paths", path, "post", "requestBody", "content", "application/json", "schema");
      const { examples } = document.paths[path].post.requestBody.content["application/json"];
      for (const [type, { value }] of Object.entries(examples) as [string, { value: object }][]) {
        for (const body of variantsOf(value)) {
          const { status } = await post(path, type, body);
          assert.equal(status === 200, validate(body), `${path} ${status}: ${JSON.stringify(body)}`);
          if (status === 400) refused += 1;
        }
      }
    }
    assert.ok(refused > 50, String(refused));
  });
});

/** The value with each property taken away, or of another kind, one at a time; two levels deep. */
function variantsOf(value: object): object[] {
  return Object.entries(value).flatMap(([name, inner]) => {
    const { [name]: _, ...without } = value as Record<string, unknown>;
    const others = [null, 7, "other", [], {}, true].map((other) => ({ ...value, [name]: other }));
    const isObject = typeof inner === "object" && inner !== null && !Array.isArray(inner);
    const deeper = isObject ? variantsOf(inner).map((variant) => ({ ...value, [name]: variant })) : [];
    return [without, ...others, ...deeper];
  });
}
