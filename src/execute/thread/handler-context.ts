/** What a handler is told of the attempt that it makes. What costs more than it is asked for is made when it is. */
import type { HandlerContext } from "../../handler.ts";
import { createHandlerLog } from "./handler-log.ts";
import { lazyProperty } from "./lazy-property.ts";
import type { LiveRun } from "./live-run.ts";

export function handlerContext(run: LiveRun): HandlerContext {
  return new LazyContext(run) as LazyContext & HandlerContext;
}

class LazyContext {
  readonly attempt: number;
  readonly source: string;
  readonly #run: LiveRun;

  constructor(run: LiveRun) {
    this.attempt = run.request.attempt;
    this.source = run.request.source;
    this.#run = run;
    Object.defineProperty(this, "signal", LazyContext.#signal);
    Object.defineProperty(this, "log", LazyContext.#log);
  }

  static readonly #signal = lazyProperty("signal", (context: LazyContext) => context.#run.signal());
  static readonly #log = lazyProperty(
    "log",
    (context: LazyContext) => createHandlerLog(context.#run.request, context.#run.log),
  );
}
