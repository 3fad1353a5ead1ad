import { defineHandler, Type } from "hookd";

export default defineHandler({
  event: "order.placed",
  schema: Type.Object({ order_id: Type.String(), total: Type.Optional(Type.Number()) }),
  retry: { attempts: 5 },
  timeout: "10s",
  async run(event, context) {
    context.log.info("placing");
    return { processed: true, order_id: event.data.order_id };
  },
});
