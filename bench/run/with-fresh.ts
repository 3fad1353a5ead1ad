/** A subject started on an empty folder, and nothing left of it afterwards. */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { RunningSubject, Subject } from "../subject.ts";

export async function withFresh<T>(
  subject: Subject,
  parent: string,
  measure: (running: RunningSubject) => Promise<T>,
): Promise<T> {
  const folder = join(parent, subject.name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const running = await subject.start(folder);
  try {
    return await measure(running);
  } finally {
    await running.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
