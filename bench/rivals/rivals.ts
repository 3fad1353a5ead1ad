/** Every rival, each by the best setting that we found for it. */
import type { Subject } from "../subject.ts";
import { adnanhWebhook } from "./adnanh-webhook.ts";
import { expressBullmqAlways, expressBullmqEverysec } from "./express-bullmq.ts";
import { fastifyBullmqAlways, fastifyBullmqEverysec } from "./fastify-bullmq.ts";
import { flaskCeleryAlways, flaskCeleryEverysec } from "./flask-celery.ts";
import { restate } from "./restate.ts";

export const RIVALS: readonly Subject[] = [
  expressBullmqAlways,
  expressBullmqEverysec,
  fastifyBullmqAlways,
  fastifyBullmqEverysec,
  adnanhWebhook,
  flaskCeleryAlways,
  flaskCeleryEverysec,
  restate,
];
