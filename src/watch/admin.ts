/**
 * The admin listener: metrics, health, and the operator's view of events, dead letters and mailboxes. Stands
 * beside the path and reads from it; what it changes, it changes through functions of the other rooms.
 * Promise: nothing is answered before the guard has let the request pass, and no answer shows a secret.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { isLoopback, type ListenAddress, urlOf } from "../config.ts";
import { HookdError, messageOf } from "../errors.ts";
import { type Answer, problem, sendAnswer } from "./admin-answer.ts";
import { createApiRoutes } from "./admin-api.ts";
import { readBody } from "./admin-body.ts";
import { createEventRoutes } from "./admin-events.ts";
import { guard } from "./admin-guard.ts";
import { createHealthRoutes } from "./admin-health.ts";
import { createLetterRoutes } from "./admin-letters.ts";
import { createMailboxRoutes } from "./admin-mailboxes.ts";
import type { AdminNeeds } from "./admin-needs.ts";
import { findRoute, type Route, type Routed } from "./admin-router.ts";

/** Operators, a scraper and a dashboard; a client that is slower than these is no operator's. */
const LIMITS = {
  maxHeaderSize: 16_384,
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5_000,
  // The two timeouts above bite only when connections are looked at.
  connectionsCheckingInterval: 1_000,
  requireHostHeader: true,
  insecureHTTPParser: false,
} as const;
const CONNECTIONS_MAX = 256;
/** A connection on which nothing moves for so long is cut; longer than the retry of many letters takes. */
const SOCKET_IDLE_MS = 120_000;
/** How long `close` lets answers under way finish. */
const CLOSE_GRACE_MS = 1_000;

export interface AdminOptions extends AdminNeeds {
  /** Port 0: any free one. */
  listen: ListenAddress;
}

export class AdminListener {
  readonly #needs: AdminNeeds;
  readonly #routes: readonly Route[];
  readonly #server: Server;
  #address: ListenAddress;

  private constructor(options: AdminOptions) {
    this.#needs = options;
    const others = [
      ...createHealthRoutes(options),
      ...createEventRoutes(options),
      ...createLetterRoutes(options),
      ...createMailboxRoutes(options),
    ];
    this.#routes = [...others, ...createApiRoutes(options, { others, adminUrl: () => urlOf(this.#address) })];
    this.#address = options.listen;
    this.#server = createServer(LIMITS, (request, response) => void this.#handle(request, response));
    this.#server.maxConnections = CONNECTIONS_MAX;
    this.#server.timeout = SOCKET_IDLE_MS;
  }

  /**
   * Resolves once it listens. Rejects with ERR_LISTEN_FAILED when the address cannot be had, and with
   * ERR_CONFIG_INVALID when others could reach it and no token is set.
   */
  static async open(options: AdminOptions): Promise<AdminListener> {
    const listener = new AdminListener(options);
    await listener.#listen(options.listen);
    if (isLoopback(listener.address.host) || options.config().admin.token !== undefined) return listener;
    await listener.close();
    throw new HookdError(
      "ERR_CONFIG_INVALID",
      `admin.listen is ${listener.address.host}, which other machines can reach: set admin.token as well`,
    );
  }

  /** Where it really listens. */
  get address(): ListenAddress {
    return this.#address;
  }

  /** Takes no more connections, and ends those that are open, soon. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    const timer = setTimeout(() => this.#server.closeAllConnections(), CLOSE_GRACE_MS);
    await closed;
    clearTimeout(timer);
  }

  async #listen({ host, port }: ListenAddress): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen({ host, port }, resolve);
    }).catch((cause) => {
      const message = `The admin listener could not listen on ${host} port ${port}: ${messageOf(cause)}`;
      throw new HookdError("ERR_LISTEN_FAILED", message, { cause });
    });
    this.#server.on("error", (error) => this.#tellInternal(error, "admin listener"));
    const { address, port: bound } = this.#server.address() as AddressInfo;
    this.#address = { host: address, port: bound };
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const answer = await this.#answer(request).catch((error) => {
      // A caller that hung up in the middle of its body is no failure of ours.
      if (!request.destroyed || request.complete) return this.#failureAnswer(error, `admin ${request.method}`);
      return undefined;
    });
    if (answer !== undefined) sendAnswer(request, response, answer);
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    const method = request.method ?? "";
    const [path, search] = splitOnce(request.url ?? "", "?");
    const routed = findRoute(this.#routes, { method, path });
    const refusal = this.#refusal(request, {
      method,
      path,
      open: routed.kind === "found" && routed.route.open === true,
    });
    return refusal ?? await answerRouted(routed, { request, search });
  }

  /** The guard knows the route only to let health and metrics pass; a refused caller does not learn what exists. */
  #refusal(request: IncomingMessage, { method, path, open }: { method: string; path: string; open: boolean }) {
    const { token, hosts } = this.#needs.config().admin;
    const verdict = guard({
      mutates: method !== "GET" && method !== "HEAD",
      open,
      hosts: request.rawHeaders.filter((_, index, all) => index % 2 === 1 && all[index - 1]?.toLowerCase() === "host"),
      authorization: request.headers.authorization,
      origin: request.headers.origin,
      secFetchSite: request.headers["sec-fetch-site"]?.toString(),
    }, { bound: this.#address, token, hosts });
    if (verdict.kind === "pass") return undefined;
    const { code, detail } = verdict;
    const sourceIp = request.socket.remoteAddress;
    this.#needs.emit({ kind: "admin-refused", reason: code, method, path, sourceIp });
    return problem({
      code,
      detail,
      headers: code === "admin_token_invalid" ? { "WWW-Authenticate": 'Bearer realm="hookd admin"' } : {},
    });
  }

  #failureAnswer(error: unknown, where: string): Answer {
    if (error instanceof HookdError && error.code.startsWith("ERR_STORE_")) {
      const detail = `${error.code}: ${error.hint}`;
      return problem({ code: "store_failed", detail, headers: { "Retry-After": "1" } });
    }
    // A cursor that no page gave out: only the room that reads it can tell.
    if (error instanceof HookdError && error.code === "ERR_USAGE") {
      return problem({ code: "invalid_query", detail: error.message });
    }
    this.#tellInternal(error, where);
    return problem({ code: "internal_error", detail: "hookd failed on this request; its log says how" });
  }

  #tellInternal(error: unknown, where: string): void {
    const stack = error instanceof Error ? error.stack : undefined;
    this.#needs.emit({
      kind: "internal-error",
      where,
      message: messageOf(error),
      ...(stack === undefined ? {} : { stack }),
    });
  }
}

async function answerRouted(
  routed: Routed,
  { request, search }: { request: IncomingMessage; search: string },
): Promise<Answer> {
  switch (routed.kind) {
    case "not-found":
      return problem({ code: "not_found", detail: "Nothing is here" });
    case "wrong-method": {
      const detail = `This takes ${routed.allow}`;
      return problem({ code: "method_not_allowed", detail, headers: { Allow: routed.allow } });
    }
    case "found": {
      const read = await readBody(request);
      if (read.kind === "faulty") return read.answer;
      return await routed.route.answer({
        param: routed.param,
        search,
        body: read.value,
        accept: request.headers.accept,
        sourceIp: request.socket.remoteAddress,
      });
    }
  }
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ""] : [text.slice(0, at), text.slice(at + separator.length)];
}
