/**
 * The admin API from the outside (CONTRACT section 4). What the daemon refuses comes as a `HookdError` that
 * says what was asked and what was answered; everything else comes as parsed JSON.
 */
import { Agent, request } from "undici";
import { type ErrorCode, HookdError, messageOf, systemCode } from "../errors.ts";

export type Query = Readonly<Record<string, string | number | undefined>>;

/** One page of a listing. */
export interface AdminPage<Item> {
  items: Item[];
  next?: string | null;
}

const RESPONSE_BYTES_MAX = 256 * 1024 * 1024;
const TIMEOUT_MS = 60_000;

/** Owns its connections; close it. All methods reject with `ERR_ADMIN_*`, `ERR_NOT_FOUND` or `ERR_USAGE`. */
export class AdminClient {
  readonly #url: string;
  readonly #headers: Record<string, string>;
  readonly #agent: Agent;

  constructor(options: { url: string; token: string | undefined }) {
    if (!URL.canParse(options.url) || !/^https?:$/.test(new URL(options.url).protocol)) {
      throw new HookdError("ERR_USAGE", `The admin address "${options.url}" is no http or https URL`);
    }
    this.#url = options.url.replace(/\/+$/, "");
    this.#headers = { accept: "application/json" };
    if (options.token !== undefined) this.#headers.authorization = `Bearer ${options.token}`;
    this.#agent = new Agent({ connections: 4, maxResponseSize: RESPONSE_BYTES_MAX, connect: { timeout: 10_000 } });
  }

  get<Answer>(path: string, query: Query = {}): Promise<Answer> {
    return this.#ask("GET", withQuery(path, query));
  }

  post<Answer>(path: string, body?: unknown): Promise<Answer> {
    return this.#ask("POST", path, body);
  }

  delete<Answer>(path: string): Promise<Answer> {
    return this.#ask("DELETE", path);
  }

  /** The body as it is, whatever it is and whatever its status, save a refusal of the admin listener. */
  async text(path: string): Promise<string> {
    const asked = `GET ${this.#url}${path}`;
    const { status, text } = await this.#exchange("GET", path, { body: undefined, asked });
    if (status === 200 || status === 503) return text;
    throw new HookdError(codeOf(status), `Asked ${asked} and was answered ${status}`);
  }

  /** A listing page after page, until there is no next. */
  async *pages<Item>(path: string, query: Query): AsyncGenerator<AdminPage<Item>> {
    let cursor = query.cursor;
    do {
      const page = await this.get<AdminPage<Item>>(path, { ...query, cursor });
      yield page;
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
  }

  async close(): Promise<void> {
    await this.#agent.close();
  }

  async #ask<Answer>(method: "GET" | "POST" | "DELETE", path: string, body?: unknown): Promise<Answer> {
    const asked = `${method} ${this.#url}${path.split("?")[0]}`;
    const { status, text } = await this.#exchange(method, path, { body, asked });
    const answer = parseAnswer(text);
    if (status >= 200 && status < 300 && answer.kind === "json") return answer.value as Answer;
    if (status === 204) return undefined as Answer;
    const reason = answer.kind === "json" ? reasonOf(answer.value) : undefined;
    throw new HookdError(
      codeOf(status),
      `Asked ${asked} and was answered ${status}: ${reason ?? "not by hookd, it seems"}`,
    );
  }

  async #exchange(
    method: "GET" | "POST" | "DELETE",
    path: string,
    { body, asked }: { body: unknown; asked: string },
  ): Promise<{ status: number; text: string }> {
    try {
      const response = await request(`${this.#url}${path}`, {
        dispatcher: this.#agent,
        method,
        headers: body === undefined ? this.#headers : { ...this.#headers, "content-type": "application/json" },
        body: body === undefined ? null : JSON.stringify(body),
        headersTimeout: TIMEOUT_MS,
        bodyTimeout: TIMEOUT_MS,
      });
      return { status: response.statusCode, text: await response.body.text() };
    } catch (cause) {
      const reason = messageOf(cause) || systemCode(cause);
      throw new HookdError("ERR_ADMIN_UNREACHABLE", `Asked ${asked} and got no answer: ${reason}`, { cause });
    }
  }
}

function withQuery(path: string, query: Query): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) params.set(name, String(value));
  return params.size === 0 ? path : `${path}?${params.toString()}`;
}

function parseAnswer(text: string): { kind: "json"; value: unknown } | { kind: "other" } {
  try {
    return { kind: "json", value: JSON.parse(text) };
  } catch {
    return { kind: "other" };
  }
}

/** What a problem document says. */
function reasonOf(problem: unknown): string | undefined {
  const { detail, title } = (problem ?? {}) as Record<string, unknown>;
  return [detail, title].find((text) => typeof text === "string");
}

function codeOf(status: number): ErrorCode {
  if (status === 401 || status === 403 || status === 421) return "ERR_ADMIN_REFUSED";
  if (status === 404) return "ERR_NOT_FOUND";
  return status >= 400 && status < 500 ? "ERR_USAGE" : "ERR_ADMIN_FAILED";
}
