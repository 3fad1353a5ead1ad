import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, it } from "node:test";
import { createFetchText } from "../../../src/accept/signature/fetch-text.ts";

async function fetched(listener: RequestListener, timeoutMs = 5_000): Promise<string | undefined> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const { port } = server.address() as AddressInfo;
    return await createFetchText({ timeoutMs })(`http://127.0.0.1:${port}/a.pem`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

it("what is there is read", async () => {
  const text = "-----BEGIN CERTIFICATE-----\n" + "A".repeat(60_000);
  assert.equal(await fetched((_, response) => void response.end(text)), text);
});

describe("nothing is read", () => {
  it("of another place that it is sent on to", async () => {
    const asked: string[] = [];
    const text = await fetched((request, response) => {
      asked.push(request.url!);
      response.writeHead(302, { location: "/b.pem" }).end("moved");
    });
    assert.equal(text, undefined);
    assert.deepEqual(asked, ["/a.pem"]);
  });

  for (const status of [204, 206, 404, 500]) {
    it(`with the status ${status}`, async () => {
      assert.equal(await fetched((_, response) => void response.writeHead(status).end()), undefined);
    });
  }

  it("of more than 64 KB", async () => {
    assert.equal(await fetched((_, response) => void response.end("A".repeat(65_537))), undefined);
  });

  it("of what is no UTF-8", async () => {
    assert.equal(await fetched((_, response) => void response.end(Uint8Array.of(0x41, 0xff))), undefined);
  });

  it("of a server that does not answer in time, or stops in the midst", async () => {
    assert.equal(await fetched(() => {}, 20), undefined);
    assert.equal(await fetched((_, response) => void response.write("-----BEGIN"), 20), undefined);
  });

  it("where nobody listens", async () => {
    assert.equal(await createFetchText()("http://127.0.0.1:1/a.pem"), undefined);
  });
});
