import { defineHandler, Type } from "hookd";

export default defineHandler({
  event: "order.completed",
  schema: Type.Object({ order_id: Type.String() }),
  run(event) {
    return { processed: true, order_id: event.data.order_id };
  },
});
