/** The same with the faster framework. */
import { bullmqSubject } from "./bullmq-subject.ts";

export const fastifyBullmqAlways = bullmqSubject("fastify", "always");
export const fastifyBullmqEverysec = bullmqSubject("fastify", "everysec");
