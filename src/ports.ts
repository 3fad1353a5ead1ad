/**
 * What the rooms need from the world and from each other: the store's two ports, the clock, and the
 * signals that telemetry turns into metrics and logs. `daemon.ts` is the only place that fills them in.
 */
import type { RetryPolicy } from "./config.ts";
import type {
  AttemptRecord,
  DeadLetter,
  Decision,
  Delivery,
  DeliveryState,
  EventRecord,
  HoldKind,
  LogLevel,
  MailboxView,
  NewEvent,
  Outcome,
  StoredEvent,
  UnixMs,
} from "./model.ts";

/** Time and chance come from here, so that tests can own them. */
export interface Clock {
  now(): UnixMs;
  /** Calls back once after `ms` (at least 0; above 2^31-1 it may call back early). Returns a cancel function. */
  after(ms: number, callback: () => void): () => void;
}

/** Uniform in [0, 1). */
export type Random = () => number;

/** What came of one event of an `append`. */
export type Appended =
  /** Durable. `ahead`: deliveries that were waiting or running before it. */
  | { kind: "stored"; event: StoredEvent; ahead: number }
  /** (source, key) was there already; `sameBody` is false when the bytes differ. */
  | { kind: "duplicate"; first: FirstEvent; sameBody: boolean };

/** What a duplicate is told of the event that holds its key. */
export type FirstEvent =
  & Pick<EventRecord, "state" | "result" | "failure">
  & { event: Pick<StoredEvent, "id" | "type"> };

/** What became of an event, told once to whoever joins `onSettled`. */
export interface Settlement {
  delivery: Delivery;
  decision: Exclude<Decision, { kind: "give-back" }>;
}

/**
 * The seam between the path and where events rest. Every engine passes `test/contract/store.ts`.
 * Engines reject with a `HookdError` (`ERR_STORE_*`) and nothing else.
 */
export interface Store {
  /**
   * Stores events durably in one commit, in order. Resolves only when a power cut cannot lose them; rejects
   * if that is not certain, and then none of them holds its key.
   */
  append(events: readonly NewEvent[]): Promise<Appended[]>;
  /**
   * Takes up to `limit` (>= 1) due deliveries, at most one of each mailbox; waits while there is none.
   * Resolves to an empty list when `signal` aborts or the store closes.
   */
  claim(limit: number, signal: AbortSignal): Promise<Delivery[]>;
  /** Ends a claim. Durable when it resolves (a give-back has nothing to keep). A second settle is ignored. */
  settle(delivery: Delivery, decision: Decision, attempt?: AttemptRecord): Promise<void>;
  find(eventId: string): Promise<EventRecord | undefined>;
  /** Whether appends are taken, and how much waits: a view that stays up to date. Cheap: read on each request. */
  status(): Readonly<StoreStatus>;
  /** Commits what is under way, then refuses. */
  close(): Promise<void>;
}

export interface StoreStatus {
  accepting: boolean;
  /** Why not, for an operator; never shown to a sender. */
  reason?: string | undefined;
  /** Deliveries not yet settled: available, running, retryable or held. */
  depth: number;
  running: number;
  /** When the longest waiting delivery was accepted. */
  oldestReceivedAt?: UnixMs | undefined;
  /** Mailboxes with an ordering key, by state. */
  mailboxes: Record<MailboxView["state"], number>;
  idempotency: { entries: number; cacheHits: number };
  /** Damage that was found and kept aside: file names with byte ranges. */
  damage: readonly string[];
}

/** What a handler file declared, checked and in numbers. */
export interface HandlerEntry {
  /** Number of the file in the pool. */
  file: number;
  /** For messages: relative to the handler folder. */
  fileName: string;
  /** The declared patterns, e.g. `order.*`. */
  events: readonly string[];
  /** JSON Schema of `event.data`. */
  schema?: unknown;
  retry: Partial<RetryPolicy>;
  timeoutMs?: number;
}

/** Which handler runs an event type: exact before wildcard, the longest wildcard first. */
export interface HandlerTable {
  match(type: string): HandlerEntry | undefined;
  entries: readonly HandlerEntry[];
}

/** One attempt, measured. */
export interface Attempted {
  outcome: Outcome;
  startedAt: UnixMs;
  durationMs: number;
}

/** Which events a listing shows. */
export interface EventFilter {
  state?: DeliveryState;
  type?: string;
  source?: string;
  since?: UnixMs;
  until?: UnixMs;
  cursor?: string;
  /** 1 to 1000. */
  limit: number;
}

export interface Page<T> {
  items: T[];
  /** Pass it as `cursor` for the next page; absent on the last. A page may be short and still have a next. */
  next?: string;
}

/** The operator's view of the store: a second, separate port, off the path. */
export interface Archive {
  /** Newest first. */
  list(filter: EventFilter): Promise<Page<EventRecord>>;
  /** Runs a stored event again as a new delivery; resolves to the new event. */
  replay(eventId: string): Promise<StoredEvent | undefined>;
  /** Puts a dead event back: available again, attempts from 1, next generation. False if it is not dead. */
  revive(eventId: string): Promise<boolean>;
  /** A dead event will not be revived any more (its letter was dropped): retention may take it. */
  forget(eventId: string): void;
  /** Ids of dead events that can be revived. */
  dead(): Iterable<string>;
  /** Mailboxes that wait, run or are held, held ones first. */
  mailboxes(limit: number): Promise<MailboxView[]>;
  /** Holds or (with `undefined`) frees a mailbox, durably. False if the key is malformed. */
  hold(mailboxKey: string, kind: HoldKind | undefined): Promise<boolean>;
}

/** The dead-letter file, `dlq.jsonl`. */
export interface DeadLetters {
  /** Appends one line and syncs it; a letter that stands there already is not written twice. */
  append(letter: DeadLetter): Promise<void>;
  /** Marks a letter `retried` or `dropped` by a further line. False if it is not open. */
  resolve(letterId: string, resolved: "retried" | "dropped", at: UnixMs): Promise<boolean>;
  /** Open letters, oldest first. */
  list(filter: LetterFilter): Promise<Page<DeadLetter>>;
  /** By letter id or event id; open ones only. */
  find(id: string): Promise<DeadLetter | undefined>;
  /** Open letters, all or those that the filter selects. */
  count(filter?: Pick<LetterFilter, "type" | "source">): number;
  close(): Promise<void>;
}

export interface LetterFilter {
  type?: string;
  source?: string;
  ids?: readonly string[];
  cursor?: string;
  /** 1 to 1000. */
  limit: number;
}

/** Why a request was not accepted; a metric label and a log field, never told to the sender in detail. */
export type RejectReason = string;

export type AdminAction = "replay" | "retry" | "drop" | "pause" | "resume";

/** What happened, told once by the room where it happened. `watch/` turns it into metrics and log lines. */
export type Signal =
  | { kind: "received"; source: string; type: string }
  /** Stored; the moment of the ack is `acked`. `senderRetry`: how often its sender has tried before, if it says so. */
  | { kind: "accepted"; event: StoredEvent; senderRetry?: number | undefined }
  /** `deadlineSeconds`: how long the sender would have waited. */
  | { kind: "acked"; source: string; seconds: number; deadlineSeconds: number }
  /** `events`: how many at once; default 1. */
  | { kind: "rejected"; source: string; reason: RejectReason; sourceIp?: string; detail?: string; events?: number }
  | { kind: "duplicate"; source: string; eventId: string; changedBody: boolean; senderRetry?: number | undefined }
  /** A sender asked before it sends, and was answered: no event. `handshake`: as the sender calls it. */
  | { kind: "handshake"; source: string; handshake: string; sourceIp?: string }
  /** A sender sends nothing until somebody fetches a URL of this host; hookd does not. */
  | { kind: "subscription-offered"; source: string; host: string; sourceIp?: string }
  | { kind: "secret-matched"; source: string; key: number }
  | { kind: "attempt"; delivery: Delivery; attempt: AttemptRecord }
  | { kind: "settled"; delivery: Delivery; decision: Settlement["decision"]; durationMs: number }
  | {
    kind: "handler-log";
    eventId: string;
    type: string;
    level: LogLevel;
    message: string;
    fields?: Record<string, unknown>;
  }
  | { kind: "stray-throw"; eventId: string | undefined; message: string }
  | { kind: "worker-started"; thread: number }
  | { kind: "worker-restarted"; cause: string; thread: number; detail?: string }
  | { kind: "store-commit"; seconds: number; records: number }
  | { kind: "store-failed"; code: string; message: string; hint: string }
  /** `tornBytes`: of a last commit that a crash cut short, and that nobody was told of. */
  | {
    kind: "store-recovered";
    events: number;
    waiting: number;
    damage: readonly string[];
    tornBytes: number;
    seconds: number;
  }
  | { kind: "started" | "ready" | "draining" | "stopped" | "reloaded"; detail?: Record<string, unknown> }
  | { kind: "reload-failed"; message: string }
  /** Allowed in the config, but unwise. */
  | { kind: "config-warning"; message: string }
  /** An operator changed something through the admin listener: who did what is worth a line. */
  | { kind: "admin-acted"; action: AdminAction; target: string; sourceIp: string | undefined }
  /** The admin listener turned a request away: a wrong token, a foreign Host or Origin. */
  | { kind: "admin-refused"; reason: RejectReason; method: string; path: string; sourceIp: string | undefined }
  /** hookd itself misbehaved on a request or in the background, and went on. */
  | { kind: "internal-error"; where: string; message: string; stack?: string };

export type Emit = (signal: Signal) => void;
