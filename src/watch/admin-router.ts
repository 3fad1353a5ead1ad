/**
 * From a method and a path to a route of the admin listener. Paths are compared as they were sent, segment by
 * segment, and only a parameter is decoded, once: `//`, `/../` and `%2F` find nothing that they should not.
 */
import type { OperationObject } from "../operation.ts";
import type { Answer } from "./admin-answer.ts";

/** A request that passed the guard. */
export interface Call {
  /** Decoded path parameter `:id` or `:key`; "" on routes without one. */
  param: string;
  /** What stands after the `?`. */
  search: string;
  /** Parsed JSON body; undefined when there was none. */
  body: unknown;
  accept: string | undefined;
  sourceIp: string | undefined;
}

export interface Route {
  /** GET answers HEAD too. */
  method: "GET" | "POST" | "DELETE";
  /** At most one segment is a parameter, written `:name`. */
  path: string;
  /** Needs no token on loopback. */
  open?: boolean;
  /** What the OpenAPI document says of it. */
  operation: OperationObject;
  answer(call: Call): Answer | Promise<Answer>;
}

export type Routed =
  | { kind: "found"; route: Route; param: string }
  | { kind: "wrong-method"; allow: string }
  | { kind: "not-found" };

/** `method` as sent; `path` without its query. */
export function findRoute(routes: readonly Route[], { method, path }: { method: string; path: string }): Routed {
  const matches = routes.flatMap((route) => {
    const param = paramOf(route.path, path);
    return param === undefined ? [] : [{ route, param }];
  });
  if (matches.length === 0) return { kind: "not-found" };
  const wanted = method === "HEAD" ? "GET" : method;
  const match = matches.find(({ route }) => route.method === wanted);
  if (match === undefined) return { kind: "wrong-method", allow: allowOf(matches.map(({ route }) => route.method)) };
  return { kind: "found", ...match };
}

function allowOf(methods: readonly string[]): string {
  return methods.flatMap((method) => method === "GET" ? ["GET", "HEAD"] : [method]).join(", ");
}

/** The decoded parameter, "" where the pattern has none, undefined where the path does not fit. */
function paramOf(pattern: string, path: string): string | undefined {
  const [wanted, given] = [pattern.split("/"), path.split("/")];
  if (wanted.length !== given.length) return undefined;
  let param = "";
  for (const [index, segment] of wanted.entries()) {
    if (!segment.startsWith(":")) {
      if (segment !== given[index]) return undefined;
      continue;
    }
    param = decoded(given[index] ?? "");
    if (param === "") return undefined;
  }
  return param;
}

/** "" for a segment that is not valid percent-encoding: it can name nothing. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return "";
  }
}
