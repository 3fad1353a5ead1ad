/** The pattern that most Node teams build: Express in front of a BullMQ queue. */
import { bullmqSubject } from "./bullmq-subject.ts";

export const expressBullmqAlways = bullmqSubject("express", "always");
export const expressBullmqEverysec = bullmqSubject("express", "everysec");
