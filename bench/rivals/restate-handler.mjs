/**
 * Restate's side: a handler that verifies and is otherwise empty. Restate's ingress cannot check an HMAC, so that a
 * forged event is stored and answered with 202 too, and fails here.
 */
import * as restate from "@restatedev/restate-sdk";
import { Buffer } from "node:buffer";
import process from "node:process";
import { serveCount } from "./count-server.mjs";
import { verified } from "./signature.mjs";

// The SDK wants Node 22; this is all that it misses on Node 20.
Promise.withResolvers ??= () => {
  let resolve, reject;
  const promise = new Promise((...settle) => [resolve, reject] = settle);
  return { promise, resolve, reject };
};

let handled = 0;

const webhooks = restate.service({
  name: "webhooks",
  handlers: {
    ready: async () => {},
    bench: restate.handlers.handler({ accept: "*/*", input: restate.serde.binary }, async (context, body) => {
      if (!verified(Buffer.from(body), context.request().headers.get("x-webhook-signature"))) {
        throw new restate.TerminalError("bad signature", { errorCode: 401 });
      }
      JSON.parse(Buffer.from(body).toString());
      handled++;
    }),
  },
});

serveCount(Number(process.env.COUNT_PORT), () => handled);
await restate.serve({ services: [webhooks], port: Number(process.env.PORT) });
