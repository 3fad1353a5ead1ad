/**
 * The public listener: node:http with every limit written down, so that no sender, slow, large or many, can
 * take more than its share. It knows connections; what a request means is `accept.ts`'s.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Config, ListenAddress } from "../config.ts";
import { HookdError, messageOf } from "../errors.ts";
import type { Emit } from "../ports.ts";
import { clientErrorRefusal, endWithProblem } from "./client-error.ts";
import { connectionsWithin } from "./file-limit.ts";
import { NO_SOURCE } from "./problem.ts";

export interface ListenerOptions {
  address: ListenAddress;
  limits: Pick<Config["limits"], "headerBytesMax" | "headerTimeoutMs" | "requestTimeoutMs" | "connectionsMax">;
  handle: (request: IncomingMessage, response: ServerResponse) => void;
  emit: Emit;
}

/** The two timeouts are looked at so often; node's own 30 s would make 10 s mean 40. */
const TIMEOUT_CHECK_MS = 1000;
/** How long an idle connection is kept. */
const KEEP_ALIVE_MS = 5000;
/** A connection ends after so many requests, so that senders spread over nodes that were added. */
const REQUESTS_PER_CONNECTION_MAX = 1000;
/** An idle upload buffers no more than this. */
const READ_AHEAD_BYTES = 16 * 1024;

export class PublicListener {
  readonly #server: Server;
  readonly #address: ListenAddress;
  readonly #closed: Promise<void>;

  private constructor(server: Server) {
    this.#server = server;
    this.#closed = new Promise((resolve) => server.once("close", () => resolve()));
    const { address, port } = server.address() as AddressInfo;
    this.#address = { host: address, port };
  }

  /** Binds and listens; fails with `ERR_LISTEN_FAILED`. */
  static async open(options: ListenerOptions): Promise<PublicListener> {
    const server = createLimitedServer(options);
    const { host, port } = options.address;
    await new Promise<void>((resolve, reject) => {
      server.once("error", (cause) => {
        reject(new HookdError("ERR_LISTEN_FAILED", `Cannot listen on ${host}:${port}: ${messageOf(cause)}`, { cause }));
      });
      server.listen(port, host, resolve);
    });
    // E.g. EMFILE while accepting: the connection is lost, the listener goes on.
    server.on(
      "error",
      (error) => options.emit({ kind: "internal-error", where: "listener", message: messageOf(error) }),
    );
    return new PublicListener(server);
  }

  /** Where it is bound; the port is the real one where the config says 0. */
  get address(): ListenAddress {
    return this.#address;
  }

  /** No new connections; idle ones end. Requests on kept ones still reach the handler, which refuses them. */
  stopAccepting(): void {
    if (this.#server.listening) this.#server.close();
    this.#server.closeIdleConnections();
  }

  /** Resolves when all connections are gone; after `deadlineMs` those that are left are cut. */
  async close(deadlineMs: number): Promise<void> {
    this.stopAccepting();
    const cut = setTimeout(() => this.#server.closeAllConnections(), deadlineMs);
    await this.#closed;
    clearTimeout(cut);
  }
}

function createLimitedServer({ limits, handle, emit }: ListenerOptions): Server {
  const server = createServer({
    maxHeaderSize: limits.headerBytesMax,
    headersTimeout: limits.headerTimeoutMs,
    // node:http refuses a request timeout below the one for headers, which it contains.
    requestTimeout: Math.max(limits.requestTimeoutMs, limits.headerTimeoutMs),
    connectionsCheckingInterval: TIMEOUT_CHECK_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    highWaterMark: READ_AHEAD_BYTES,
    requireHostHeader: true,
    insecureHTTPParser: false,
    joinDuplicateHeaders: false,
    noDelay: true,
  });
  server.maxRequestsPerSocket = REQUESTS_PER_CONNECTION_MAX;
  server.maxConnections = connectionsWithin(limits.connectionsMax);

  /** The answer that a connection is busy with. */
  const underWay = new WeakMap<Socket, ServerResponse>();
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    underWay.set(request.socket, response);
    handle(request, response);
  };
  server.on("request", onRequest);
  // Else node:http asks for every body, however long its Content-Length.
  server.on("checkContinue", onRequest);
  server.on(
    "clientError",
    (error: Error, socket: Socket) => refuseConnection({ error, socket, busyWith: underWay.get(socket), emit }),
  );
  return server;
}

interface BrokenConnection {
  error: Error;
  socket: Socket;
  busyWith: ServerResponse | undefined;
  emit: Emit;
}

function refuseConnection({ error, socket, busyWith, emit }: BrokenConnection): void {
  if (!socket.writable) return void socket.destroy();
  const refusal = clientErrorRefusal(error);
  const busy = busyWith !== undefined && !busyWith.writableFinished;
  // The request that is being answered tells of itself; what came before any request is told here.
  if (!busy) {
    const sourceIp = socket.remoteAddress;
    emit({ kind: "rejected", source: NO_SOURCE, reason: refusal.reason, ...(sourceIp !== undefined && { sourceIp }) });
  }
  // A second answer inside the first, or taken for it, would be a lie about the first event: rather none.
  if (busy && (busyWith.headersSent || busyWith.req.complete)) socket.destroy();
  else endWithProblem(socket, refusal);
}
