import { defineHandler, Type } from "hookd";

export default defineHandler({
  event: "user.updated",
  schema: Type.Object({ user_id: Type.Union([Type.String(), Type.Number()]) }),
  run(event) {
    const { user_id: userId, ...changes } = event.data as Record<string, unknown>;
    return { processed: true, user_id: userId, changed: Object.keys(changes) };
  },
});
