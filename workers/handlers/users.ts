// The source composes its type from the body: `users.<action>`.
import { defineHandler, Type } from "hookd";

export default defineHandler({
  event: ["users.created", "users.updated", "users.deleted"],
  schema: Type.Object({
    action: Type.Union([Type.Literal("created"), Type.Literal("updated"), Type.Literal("deleted")]),
    user_id: Type.String({ minLength: 1 }),
    email: Type.Optional(Type.String()),
    metadata: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  }),
  run(event) {
    return { status: `user_${event.data.action}` };
  },
});
