/**
 * The dead-letter file, `dlq.jsonl` (CONTRACT section 8), and which letters in it are open. Written before an
 * event counts as dead. Promise: a letter whose `append` resolved survives a power cut, stands there once, and
 * stays listed until it is retried or dropped. Memory holds where an open letter is, not what it says.
 */
import { HookdError } from "../errors.ts";
import type { DeadLetter, UnixMs } from "../model.ts";
import type { DeadLetters, LetterFilter, Page } from "../ports.ts";
import { type LetterLine, letterLine, parseLetterLine, resolvedLine } from "./letter-line.ts";
import { LineLog } from "./line-log.ts";
import type { LinePlace, LogDisk } from "./log-file.ts";

export interface DeadLetterFileOptions {
  /** Exists, is the daemon's own, and is locked by it. */
  folder: string;
  /** `dlq.jsonl` is rotated to `dlq-<number>.jsonl` once it is this large. */
  rotateBytes: number;
  /** For tests. */
  disk?: LogDisk;
}

/** An open letter, as memory keeps it: about 300 bytes. */
export interface OpenLetter {
  readonly id: string;
  readonly eventId: string;
  readonly type: string;
  readonly source: string;
  readonly place: LinePlace;
}

export class DeadLetterFile implements DeadLetters {
  /** By letter id, oldest first. */
  readonly #open = new Map<string, OpenLetter>();
  /** Ids of letters that were retried or dropped, about 100 bytes each: 10 000 of them are a megabyte. */
  readonly #resolved = new Set<string>();
  /** What is being written, by letter id: a second caller waits for the first. */
  readonly #appending = new Map<string, Promise<void>>();
  readonly #resolving = new Map<string, Promise<void>>();
  /** One copy of each type and source, however many letters name it. */
  readonly #names = new Map<string, string>();
  /** Where the unreadable lines start, by file. */
  readonly #unreadable = new Map<string, Set<number>>();
  #log!: LineLog;

  /** Reads all files, the rotated ones too. Rejects with ERR_STORE_UNREADABLE or ERR_STORE_FULL. */
  static async open(options: DeadLetterFileOptions): Promise<DeadLetterFile> {
    const letters = new DeadLetterFile();
    const onLine = (line: string, place: LinePlace) => letters.#take(parseLetterLine(line), place);
    letters.#log = await LineLog.open({ ...options, onLine });
    return letters;
  }

  private constructor() {}

  /**
   * Crash story: the letter was synced, and the daemon died before the store knew that the event is dead. The
   * event runs again, dies again, and its letter, whose id is the same, is not written a second time.
   * Rejects with ERR_STORE_FAILED, ERR_STORE_FULL or ERR_STORE_CLOSED; the letter then does not stand there.
   */
  append(letter: DeadLetter): Promise<void> {
    if (this.wasWritten(letter.id)) return Promise.resolve();
    return sharing(this.#appending, letter.id, async () => {
      this.#take({ kind: "letter", letter }, await this.#log.append(letterLine(letter)));
    });
  }

  /** Durable when it resolves. Rejects as `append` does; the letter is then still open. */
  async resolve(letterId: string, resolved: "retried" | "dropped", at: UnixMs): Promise<boolean> {
    if (!this.#open.has(letterId)) return false;
    // Of two callers at once only the first closed it; the other hears so when that is durable.
    const isFirst = !this.#resolving.has(letterId);
    await sharing(this.#resolving, letterId, async () => {
      this.#take({ kind: "resolved", id: letterId }, await this.#log.append(resolvedLine(letterId, resolved, at)));
    });
    return isFirst;
  }

  /** `filter.ids` are letter ids or event ids. Rejects with ERR_USAGE when the cursor is not from an earlier page. */
  async list(filter: LetterFilter): Promise<Page<DeadLetter>> {
    const items: DeadLetter[] = [];
    let last: LinePlace | undefined;
    for (const open of this.#selected(filter)) {
      if (last !== undefined && items.length === filter.limit) return { items, next: cursorAfter(last) };
      const letter = await this.#read(open);
      if (letter !== undefined) items.push(letter);
      last = open.place;
    }
    return { items };
  }

  /** The letter with this id, else the latest open one of the event with this id. */
  async find(id: string): Promise<DeadLetter | undefined> {
    const open = this.#open.get(id) ?? [...this.#open.values()].findLast((open) => open.eventId === id);
    return open && await this.#read(open);
  }

  count({ type, source }: Pick<LetterFilter, "type" | "source"> = {}): number {
    if (type === undefined && source === undefined) return this.#open.size;
    return [...this.#selected({ type, source })].length;
  }

  /** Whether this letter stands in the file, open or not. */
  wasWritten(letterId: string): boolean {
    return this.#open.has(letterId) || this.#resolved.has(letterId);
  }

  /** Oldest first; the daemon compares them with the store when it starts. */
  openLetters(): Iterable<OpenLetter> {
    return this.#open.values();
  }

  /** What could not be read, by file. The lines are left as they are. */
  get damage(): readonly string[] {
    return [...this.#unreadable].map(([file, starts]) =>
      `${file}: ${starts.size} unreadable line(s), the first at byte ${starts.values().next().value}`
    );
  }

  /** Waits for what is being written, then refuses with ERR_STORE_CLOSED. */
  close(): Promise<void> {
    return this.#log.close();
  }

  #take(line: LetterLine, place: LinePlace): void {
    if (line.kind === "damaged") this.#noteDamage(place);
    else if (line.kind === "resolved") {
      // Also when the letter itself is in a file that somebody moved away: it was written once.
      this.#open.delete(line.id);
      this.#resolved.add(line.id);
    } else if (!this.wasWritten(line.letter.id)) {
      const { id, event } = line.letter;
      const [type, source] = [this.#sharedName(event.type), this.#sharedName(event.source)];
      this.#open.set(id, { id, eventId: event.id === id ? id : event.id, type, source, place });
    }
  }

  *#selected(
    { ids, type, source, cursor }: { [Key in keyof LetterFilter]?: LetterFilter[Key] | undefined },
  ): Iterable<OpenLetter> {
    const wanted = ids && new Set(ids);
    const after = cursor === undefined ? { file: -1, start: -1 } : parseCursor(cursor);
    for (const open of this.#open.values()) {
      const { file, start } = open.place;
      const isBefore = file.number < after.file || (file.number === after.file && start <= after.start);
      if (isBefore || (type ?? open.type) !== open.type || (source ?? open.source) !== open.source) continue;
      if (wanted === undefined || wanted.has(open.id) || wanted.has(open.eventId)) yield open;
    }
  }

  /** Undefined, and noted as damage, when the line is no longer what it was: one bad line must not hide the others. */
  async #read(open: OpenLetter): Promise<DeadLetter | undefined> {
    const line = parseLetterLine(await this.#log.read(open.place));
    if (line.kind === "letter" && line.letter.id === open.id) return line.letter;
    this.#noteDamage(open.place);
    return undefined;
  }

  #noteDamage({ file, start }: LinePlace): void {
    const starts = this.#unreadable.get(file.name);
    if (starts === undefined) this.#unreadable.set(file.name, new Set([start]));
    else starts.add(start);
  }

  #sharedName(name: string): string {
    const known = this.#names.get(name);
    if (known === undefined) this.#names.set(name, name);
    return known ?? name;
  }
}

/** Runs `work` unless it is under way for this id already; both callers get its end. */
function sharing(underWay: Map<string, Promise<void>>, id: string, work: () => Promise<void>): Promise<void> {
  const known = underWay.get(id);
  if (known !== undefined) return known;
  const begun = work().finally(() => underWay.delete(id));
  underWay.set(id, begun);
  return begun;
}

/** Number of the file and start of the line: both stay, through rotation and restart. */
function cursorAfter({ file, start }: LinePlace): string {
  return `${file.number}.${start}`;
}

function parseCursor(cursor: string): { file: number; start: number } {
  const match = /^(\d{1,15})\.(\d{1,15})$/.exec(cursor);
  if (match === null) {
    throw new HookdError("ERR_USAGE", `No page of dead letters gave out the cursor "${cursor.slice(0, 40)}"`);
  }
  return { file: Number(match[1]), start: Number(match[2]) };
}
