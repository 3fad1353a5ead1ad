// For the sources that show one response mode each; `{"fail": "why"}` in the body shows what a failure looks like.
import { defineHandler } from "hookd";

export default defineHandler({
  event: "demo.*",
  run(event, context) {
    const data = event.data as { fail?: unknown } | null;
    if (typeof data === "object" && data !== null && "fail" in data) throw new Error(String(data.fail));
    return { received: event.type, attempt: context.attempt, bytes: event.rawBody.byteLength };
  },
});
