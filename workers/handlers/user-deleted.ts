import { defineHandler, Type } from "hookd";

export default defineHandler({
  event: "user.deleted",
  schema: Type.Object({ user_id: Type.Union([Type.String(), Type.Number()]) }),
  run(event) {
    return { processed: true, user_id: event.data.user_id };
  },
});
