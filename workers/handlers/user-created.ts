import { defineHandler, Type } from "hookd";

export default defineHandler({
  event: "user.created",
  schema: Type.Object({
    user_id: Type.Union([Type.String(), Type.Number()]),
    email: Type.Optional(Type.String()),
  }),
  run(event, context) {
    context.log.info("user created", { user_id: event.data.user_id });
    return { processed: true, user_id: event.data.user_id };
  },
});
