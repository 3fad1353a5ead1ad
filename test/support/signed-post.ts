/** A sender of the preset `hookd`, written from the contract and not from hookd's own code. */
import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";
import { Agent, type IncomingHttpHeaders, request } from "node:http";
import { SECRET } from "./daemon-process.ts";
import { assertDocumented } from "./documented.ts";

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  /** The parsed body, or undefined when there is none. */
  body: any;
}

export interface Post {
  type: string;
  key?: string;
  data: unknown;
}

export class SignedSender {
  readonly #agent: Agent;

  constructor({ connectionsMax = 256 } = {}) {
    this.#agent = new Agent({ keepAlive: true, maxSockets: connectionsMax });
  }

  /** Rejects when no whole answer comes: the event is then neither acked nor refused. */
  post(url: string, { type, key, data }: Post): Promise<Answer> {
    const body = Buffer.from(JSON.stringify(data));
    return this.send(url, {
      body,
      headers: {
        "Content-Type": "application/json",
        "X-Event-Type": type,
        "X-Webhook-Signature": `sha256=${createHmac("sha256", SECRET).update(body).digest("hex")}`,
        ...(key === undefined ? {} : { "X-Idempotency-Key": key }),
      },
    });
  }

  /** Rejects also when the answer is not as the daemon's OpenAPI document says. */
  async send(url: string, { body, headers }: { body: Buffer; headers: Record<string, string> }): Promise<Answer> {
    const { text, ...answer } = await this.#exchange(url, { body, headers });
    const { origin, pathname: path } = new URL(url);
    await assertDocumented(origin, { method: "POST", path, status: answer.status, headers: answer.headers, text });
    return { ...answer, body: text === "" ? undefined : JSON.parse(text) };
  }

  #exchange(
    url: string,
    { body, headers }: { body: Buffer; headers: Record<string, string> },
  ): Promise<{ status: number; headers: IncomingHttpHeaders; text: string }> {
    return new Promise((resolve, reject) => {
      const sending = request(url, { method: "POST", headers, agent: this.#agent }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("close", () => {
          if (!response.complete) return reject(new Error("The answer was cut off"));
          const text = Buffer.concat(chunks).toString();
          resolve({ status: response.statusCode!, headers: response.headers, text });
        });
      });
      sending.on("error", (error: NodeJS.ErrnoException) => {
        // The daemon may end an idle connection at the moment when it is used again: nothing was read of the request.
        if (sending.reusedSocket && error.code === "ECONNRESET") {
          this.#exchange(url, { headers, body }).then(resolve, reject);
        } else reject(error);
      });
      sending.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
