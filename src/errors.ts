/**
 * Errors of the world and of the operator. Expected endings (a bad signature, a duplicate, a failed
 * handler) are values, not errors; our own bugs are assertions. A message says what was attempted and
 * what was found; the hint says what to do. One table, so that docs/errors.md can be checked against it.
 */
const HINTS = {
  ERR_CONFIG_INVALID: "Mend the lines named above and start again; `hookd check` shows all faults at once",
  ERR_CONFIG_UNREADABLE: "Name an existing file with --config, or run hookd where hookd.yaml is",
  ERR_HANDLER_INVALID: "Mend the handler files named above; `hookd check` shows all faults at once",
  ERR_POOL_FAILED: "Raise `pool.memory`, or mend the handler file that ends or blocks its thread when it is imported",
  ERR_LISTEN_FAILED: "Free the address, or set another one under `listen` or `admin.listen`",
  ERR_STORE_LOCKED: "Stop the other daemon, or give this one its own `data` directory",
  ERR_STORE_FORMAT: "Run the version of hookd that wrote this directory, or set another `data` directory",
  ERR_STORE_FAILED: "Look at the disk; hookd answers 503 and tries a new segment until it can append again",
  ERR_STORE_DAMAGED: "Look at the disk, and see docs/operations.md on damage; hookd goes on with all that it can read",
  ERR_STORE_FULL: "Free disk space: hookd answers 503 until it can append again",
  ERR_STORE_CLOSED: "The daemon is stopping; send again in a moment",
  ERR_STORE_UNREADABLE: "Check that the data directory exists, is readable and belongs to hookd's user",
  ERR_ADMIN_UNREACHABLE: "Start the daemon, or name its admin listener with --admin or in hookd.yaml",
  ERR_ADMIN_REFUSED: "Set HOOKD_ADMIN_TOKEN or --token to the daemon's `admin.token`",
  ERR_ADMIN_FAILED: "Look at the daemon's log, and at `/readyz` of its admin listener",
  ERR_NOT_FOUND: "`hookd events list`, `hookd dlq list` and `hookd mailbox list` show what there is",
  ERR_SEND_FAILED: "Start the daemon, or name its address with --url",
  ERR_USAGE: "See `hookd --help`",
} as const;

export type ErrorCode = keyof typeof HINTS;

/** All codes with their hints, for the docs and their test. */
export const ERROR_HINTS: Readonly<Record<ErrorCode, string>> = HINTS;

/** The one error class that hookd throws on purpose. Test on `code`, never on the message. */
export class HookdError extends Error {
  override readonly name = "HookdError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  /** What the operator can do about it. */
  get hint(): string {
    return HINTS[this.code];
  }
}

/** The `code` of a system error such as ENOSPC, or "" when it has none. */
export function systemCode(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : "";
}

/** The message of whatever was thrown; never throws itself. */
export function messageOf(error: unknown): string {
  try {
    return error instanceof Error ? error.message : String(error);
  } catch {
    return "an error that cannot be shown";
  }
}
