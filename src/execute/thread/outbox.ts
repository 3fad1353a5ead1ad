/**
 * Answers on their way out of a thread: those that are there in one turn of its event loop go in one message.
 * Nothing that is still running holds them back.
 */
// Not the global one, which a handler may have replaced.
import { setImmediate } from "node:timers";
import type { RunAnswer } from "../protocol.ts";
import type { AnswerBatch } from "../run-batch.ts";

export class Outbox {
  readonly #post: (answers: AnswerBatch) => void;
  #answers: AnswerBatch[number][] = [];

  constructor(post: (answers: AnswerBatch) => void) {
    this.#post = post;
  }

  add(run: number, answer: RunAnswer): void {
    if (this.#answers.length === 0) setImmediate(() => this.flush());
    this.#answers.push(run, answer.kind === "ok" ? answer.result : answer);
  }

  flush(): void {
    if (this.#answers.length === 0) return;
    const answers = this.#answers;
    this.#answers = [];
    this.#post(answers);
  }
}
