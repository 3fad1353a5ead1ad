/** Tells on 127.0.0.1 how many events this process has handled: the count costs the measured path nothing. */
import { createServer } from "node:http";

export function serveCount(port, count) {
  createServer((_request, response) => response.end(String(count()))).listen(port, "127.0.0.1");
}
