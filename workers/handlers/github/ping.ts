// What GitHub sends once, when the hook is made.
import { defineHandler, Type } from "hookd";

export default defineHandler({
  event: "ping",
  schema: Type.Object({ zen: Type.Optional(Type.String()) }),
  run(event) {
    return { pong: event.data.zen ?? "" };
  },
});
