/**
 * One kept-alive connection of a load generator: carries one request at a time, and connects anew when the server
 * closes it or it breaks. Nothing is sent twice: a request whose connection breaks is reported as an error.
 */
import type { Buffer } from "node:buffer";
import { connect, type Socket } from "node:net";
import { AnswerReader } from "./answer-reader.ts";

export interface LaneNeeds {
  host: string;
  port: number;
  /** The lane can take a request. */
  onFree(lane: Lane): void;
  /** `due` is what `send` was given; status 0 where the connection broke. */
  onAnswer(due: number, status: number): void;
}

const RECONNECT_MS = 10;

export class Lane {
  readonly #needs: LaneNeeds;
  readonly #reader = new AnswerReader();
  #socket: Socket | undefined;
  /** When the request under way was due; undefined while there is none. */
  #due: number | undefined;
  #open = false;
  #closed = false;

  constructor(needs: LaneNeeds) {
    this.#needs = needs;
    this.#connect();
  }

  send(bytes: Buffer, due: number): void {
    this.#due = due;
    this.#socket!.write(bytes);
  }

  /** Whether it can take a request: a server may have closed it since it said so. */
  get free(): boolean {
    return this.#open && this.#due === undefined;
  }

  close(): void {
    this.#closed = true;
    this.#socket?.destroy();
  }

  #connect(): void {
    if (this.#closed) return;
    const socket = connect({ host: this.#needs.host, port: this.#needs.port, noDelay: true });
    this.#socket = socket;
    this.#reader.reset();
    socket.on("connect", () => {
      this.#open = true;
      this.#needs.onFree(this);
    });
    socket.on("data", (bytes) => this.#read(bytes, socket));
    socket.on("error", () => {});
    socket.on("close", () => {
      if (this.#socket === socket) this.#replace(this.#open ? 0 : RECONNECT_MS);
    });
  }

  #read(bytes: Buffer, socket: Socket): void {
    const answer = this.#reader.push(bytes);
    if (answer === undefined || this.#due === undefined) return;
    this.#end(answer.status);
    if (answer.closes) {
      socket.destroy();
      this.#replace(0);
    } else this.#needs.onFree(this);
  }

  #replace(afterMs: number): void {
    this.#socket = undefined;
    this.#open = false;
    this.#end(0);
    if (afterMs === 0) this.#connect();
    else setTimeout(() => this.#connect(), afterMs);
  }

  #end(status: number): void {
    if (this.#due === undefined) return;
    const due = this.#due;
    this.#due = undefined;
    this.#needs.onAnswer(due, status);
  }
}
