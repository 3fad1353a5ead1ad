/**
 * Who may talk to the admin listener. It shows what senders sent and can run it again, and it often stands on
 * a developer's loopback, where any web page can reach it. Three checks, in this order: the Host is one of
 * ours (DNS rebinding), a change does not come from another site (CSRF), the bearer token fits.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { isIP } from "node:net";
import { isLoopback, type ListenAddress } from "../config.ts";

/** What of a request decides. */
export interface GuardedRequest {
  /** Whether it changes something: all but GET and HEAD. */
  mutates: boolean;
  /** Whether its route needs no token on loopback: health and metrics. */
  open: boolean;
  /** Every `Host` header. */
  hosts: readonly string[];
  authorization: string | undefined;
  origin: string | undefined;
  secFetchSite: string | undefined;
}

export interface GuardPolicy {
  /** Where the listener really listens. */
  bound: ListenAddress;
  token: string | undefined;
  /** Further names, each with any port or with its own (`hooks.example:9464`). */
  hosts: readonly string[];
}

export type Verdict =
  | { kind: "pass" }
  | { kind: "refused"; code: RefusalCode; detail: string };

export type RefusalCode = "host_not_allowed" | "origin_not_allowed" | "admin_token_invalid";

export function guard(request: GuardedRequest, policy: GuardPolicy): Verdict {
  const [host, ...more] = request.hosts;
  if (host === undefined || more.length > 0 || !isOurHost(host, policy)) {
    return refused("host_not_allowed", "This Host is not served here; add it to admin.hosts if it should be");
  }
  if (request.mutates && isForeign(request, host)) {
    return refused("origin_not_allowed", "Changes are not taken from pages of other origins");
  }
  if (needsToken(request, policy) && !isToken(request.authorization, policy.token)) {
    return refused("admin_token_invalid", "Send the token of admin.token as `Authorization: Bearer <token>`");
  }
  return { kind: "pass" };
}

function refused(code: RefusalCode, detail: string): Verdict {
  return { kind: "refused", code, detail };
}

/**
 * A rebound name is a name: the browser sends the attacker's own in `Host`. So on loopback the loopback names
 * pass, beyond it every IP address does as well (an address cannot be rebound), and else what is configured.
 */
function isOurHost(host: string, { bound, hosts }: GuardPolicy): boolean {
  const parsed = parseHost(host);
  if (parsed === undefined) return false;
  const { name, port } = parsed;
  if (hosts.some((allowed) => sameHost(parsed, allowed))) return true;
  if (!isLoopback(bound.host) && isIP(name) !== 0) return true;
  return port === bound.port && (name === "localhost" || name === bound.host || isLoopback(name));
}

function sameHost(host: { name: string; port: number }, allowed: string): boolean {
  const parsed = parseHost(allowed);
  return parsed !== undefined && parsed.name === host.name && (!parsed.hasPort || parsed.port === host.port);
}

const HOST = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9_.-]+))(?::(\d{1,5}))?$/;

/** RFC 9110 section 7.2: a name or an address, in brackets where it is IPv6, and a port, 80 by default. */
function parseHost(text: string): { name: string; port: number; hasPort: boolean } | undefined {
  const match = HOST.exec(text.toLowerCase());
  if (match === null) return undefined;
  const [, ipv6, name, port] = match;
  return { name: ipv6 ?? name ?? "", port: Number(port ?? 80), hasPort: port !== undefined };
}

/**
 * Browsers send Origin with every POST and DELETE, and Sec-Fetch-Site over https and loopback; command-line
 * clients send neither. `same-site` is foreign too: another port of this machine is another program.
 */
function isForeign({ origin, secFetchSite }: GuardedRequest, host: string): boolean {
  if (secFetchSite !== undefined && secFetchSite !== "same-origin" && secFetchSite !== "none") return true;
  if (origin === undefined) return false;
  const own = host.toLowerCase();
  return origin.toLowerCase() !== `http://${own}` && origin.toLowerCase() !== `https://${own}`;
}

/** A token that is set guards all but the open routes; beyond loopback it guards those too, and has to be set. */
function needsToken({ open }: GuardedRequest, { bound, token }: GuardPolicy): boolean {
  return !isLoopback(bound.host) || (token !== undefined && !open);
}

function isToken(authorization: string | undefined, token: string | undefined): boolean {
  const given = /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
  if (token === undefined || given === undefined) return false;
  // Hashed first, so that neither the length nor a common prefix shows in the time it takes.
  return timingSafeEqual(sha256(given), sha256(token));
}

function sha256(text: string): Uint8Array {
  return createHash("sha256").update(text).digest();
}
