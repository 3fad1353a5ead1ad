// The source composes its type from the body: `orders.<action>`.
import { defineHandler, Type } from "hookd";

export default defineHandler({
  event: ["orders.placed", "orders.shipped", "orders.delivered", "orders.cancelled"],
  schema: Type.Object({
    action: Type.Union([
      Type.Literal("placed"),
      Type.Literal("shipped"),
      Type.Literal("delivered"),
      Type.Literal("cancelled"),
    ]),
    order_id: Type.String({ minLength: 1 }),
    items: Type.Optional(Type.Array(Type.Unknown())),
    total: Type.Optional(Type.Number()),
  }),
  run(event) {
    return { status: `order_${event.data.action}`, order_id: event.data.order_id };
  },
});
