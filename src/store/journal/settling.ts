/**
 * Settlements that enter the log as one: those that one message from a thread brings, and more, until the log takes
 * them. One promise and one telling serve all of them. Whoever reads the frames closes it, and a later settlement
 * begins another; so does one that parks its mailbox, since its word must not come before an operator's older one.
 */
import type { Buffer } from "node:buffer";
import type { HookdError } from "../../errors.ts";
import type { AttemptRecord } from "../../model.ts";
import type { Claim } from "./claim.ts";
import type { Entered } from "./commit-batch.ts";
import type { JournalCore, Made } from "./journal-core.ts";
import type { Position } from "./position.ts";
import { encodeHold } from "./records.ts";
import { encodeSettlement, firstAfter, type Settled } from "./settlement-record.ts";

const BYTES_MAX = 1024 * 1024;

export class Settling implements Entered {
  readonly #core: JournalCore;
  readonly #records: Made[] = [];
  readonly #frames: Buffer[] = [];
  #bytes = 0;
  readonly #claims: Claim[] = [];
  readonly #decisions: Settled[] = [];
  #closed = false;
  #resolve!: () => void;
  #reject!: (error: HookdError) => void;
  /** Resolves once all of it is durable, and the state says so. */
  readonly done = new Promise<void>((resolve, reject) => {
    this.#resolve = resolve;
    this.#reject = reject;
  });

  constructor(core: JournalCore) {
    this.#core = core;
  }

  /** Whether one more may be added; bounded, as a commit is. */
  get isOpen(): boolean {
    return !this.#closed && this.#bytes < BYTES_MAX;
  }

  get frames(): readonly Buffer[] {
    this.#closed = true;
    return this.#frames;
  }

  add(claim: Claim, decision: Settled, attempt: AttemptRecord | undefined): void {
    // The hold first: what the outcome makes way for must not get its turn.
    if (parks(claim, decision)) this.#push(parkOf(claim.event.source, claim.event.orderingKey!));
    this.#push(encodeSettlement(this.#core, { claim, decision, attempt }));
    this.#claims.push(claim);
    this.#decisions.push(decision);
  }

  readonly onDurable = (positions: Position[]): void => {
    const { firstSeen, claims } = this.#core;
    for (let at = 0; at < positions.length; at++) this.#core.apply(this.#records[at]!, positions[at]!);
    for (let at = 0; at < this.#claims.length; at++) {
      const { event } = this.#claims[at]!;
      firstSeen.changed(event, () => firstAfter(event, this.#decisions[at]!));
    }
    claims.wake();
    this.#resolve();
  };

  /** Nothing was settled: the claims stand, and their callers may try again. */
  readonly onFailed = (error: HookdError): void => {
    this.#closed = true;
    for (const claim of this.#claims) claim.settled = undefined;
    this.#reject(error);
  };

  #push(made: Made): void {
    this.#records.push(made);
    this.#frames.push(made.frame);
    this.#bytes += made.frame.length;
  }
}

/** Whether the decision holds the mailbox back. */
export function parks({ event }: Claim, decision: Settled): boolean {
  return decision.kind === "dead-letter" && decision.park && event.orderingKey !== undefined;
}

function parkOf(source: string, orderingKey: string): Made {
  const hold = { source, orderingKey, hold: "parked" as const };
  return { entry: { kind: "hold", ...hold }, frame: encodeHold(hold) };
}
