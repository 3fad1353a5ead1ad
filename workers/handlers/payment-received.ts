import { defineHandler, Rejected, Type } from "hookd";

export default defineHandler({
  event: "payment.received",
  schema: Type.Object({
    payment_id: Type.Optional(Type.String()),
    amount: Type.Number(),
    currency: Type.Optional(Type.String()),
  }),
  run(event) {
    // No retry makes a negative amount right: a dead letter, now.
    if (event.data.amount < 0) throw new Rejected(`The amount is negative: ${event.data.amount}`);
    return { processed: true, amount: event.data.amount, currency: event.data.currency ?? "USD" };
  },
});
