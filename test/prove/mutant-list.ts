/** Ways to break hookd, each a text of the source and what it becomes. The campaign that misses one is worth nothing. */

export interface Mutant {
  name: string;
  file: string;
  from: string;
  to: string;
}

export const MUTANTS: readonly Mutant[] = [
  {
    name: "ack-before-the-write",
    file: "src/store/journal/commit-log.ts",
    from: "    await file.writeDurably(frames, segment.end);\n    segment.end += bytes;",
    to: "    void file.writeDurably(frames, segment.end).catch(() => {});\n    segment.end += bytes;",
  },
  {
    name: "no-fsync-of-the-journal",
    file: "src/store/journal/commit-log.ts",
    from: "    await file.writeDurably(frames, segment.end);\n    segment.end += bytes;",
    to: "    await (file as any).write(frames, segment.end);\n    segment.end += bytes;",
  },
  {
    name: "no-fsync-of-the-folder",
    file: "src/store/journal/commit-log.ts",
    from: "      await disk.syncFolder(segments.folder);\n    } catch (error) {",
    to: "    } catch (error) {",
  },
  {
    name: "goes-on-after-a-failed-fsync",
    file: "src/store/journal/commit-log.ts",
    from: "    this.#seal();\n    this.#failure = error;",
    to:
      "    const sealed = this.#active;\n    this.#seal();\n    this.#active = sealed;\n    refuse(batch, { memory: this.memory, error });\n    return;",
  },
  {
    name: "tries-a-failed-fsync-again",
    file: "src/store/journal/commit-log.ts",
    from: "    await file.writeDurably(frames, segment.end);\n    segment.end += bytes;",
    to:
      "    await file.writeDurably(frames, segment.end).catch(() => (file as any).sync());\n    segment.end += bytes;",
  },
  {
    name: "no-checksum",
    file: "src/store/journal/frame.ts",
    from: "  return crc32(covered, segment) === bytes.readUInt32LE(at + 4);",
    to: "  return crc32(covered, segment) >= 0;",
  },
  {
    name: "forgets-keys-at-a-restart",
    file: "src/store/journal/first-seen.ts",
    from: "    return !this.#state.keys.mayHave(hash);",
    to: "    return hash >= 0;",
  },
  {
    name: "takes-two-copies-at-once",
    file: "src/store/journal/appender.ts",
    from: "    this.#reserved.set(hash, work);\n    return work;",
    to: "    return work;",
  },
  {
    name: "order-lost-on-retry",
    file: "src/store/mailboxes.ts",
    from:
      "    this.#due.set(slot, dueAt);\n    this.#enqueue(slot, dueAt);\n  }\n\n  /** As if it had never been taken",
    to: "    this.finish(slot);\n    this.add(slot, 0);\n  }\n\n  /** As if it had never been taken",
  },
  {
    name: "letter-after-the-outcome",
    file: "src/settle/settle.ts",
    from: "  return needs.deadLetters.append(letter).then(settle);",
    to: "  return settle().then(() => needs.deadLetters.append(letter));",
  },
  {
    name: "no-fsync-of-letters",
    file: "src/store/line-log.ts",
    from: "      await file.handle!.datasync();\n    } catch (error) {",
    to: "    } catch (error) {",
  },
  {
    name: "the-dead-run-again",
    file: "src/settle/redeliver.ts",
    from: "    died.set(eventId, ",
    to: '    if (eventId === "") died.set(eventId, ',
  },
  {
    name: "told-before-it-is-settled",
    file: "src/settle/settle.ts",
    from: "  return write().then(told.tell, async (error) => {",
    to: "  told.tell();\n  return write().then(() => {}, async (error) => {",
  },
  {
    name: "one-attempt-too-many",
    file: "src/settle/decide.ts",
    from: "const isSpent = attempt >= policy.attempts",
    to: "const isSpent = attempt > policy.attempts",
  },
  {
    name: "compaction-leaves-the-waiting-behind",
    file: "src/store/journal/compact.ts",
    from:
      "      if (!(await moveStragglers(core, { segment, touching: touching.get(segment.number)!, retention }))) break;",
    to:
      "      if (touching.size < 0) await moveStragglers(core, { segment, touching: touching.get(segment.number)!, retention });",
  },
];
