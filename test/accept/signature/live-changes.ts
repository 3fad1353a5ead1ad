/** One change of a signed request that has to be noticed, wherever its signature reaches. */
import { Buffer } from "node:buffer";
import type { Random } from "../../../src/ports.ts";
import type { Asked } from "./a-signed-request.ts";
import type { Event, LiveSender, Request } from "./live-senders.ts";

export interface Attempt {
  what: string;
  touched: "body" | "header" | "url" | "method" | "time" | "key";
  request: Asked;
  now: number;
  secret: string;
}

export interface Signed {
  sender: LiveSender;
  event: Event;
  original: Request;
}

type Change = (signed: Signed, random: Random) => Attempt | undefined;

/** Never one that leaves all as it was, nor one that writes the digits of hex in the other case. */
export function change(signed: Signed, random: Random): Attempt {
  for (;;) {
    const attempt = CHANGES[below(CHANGES.length, random)]!(signed, random);
    if (attempt !== undefined && differs(signed, attempt)) return attempt;
  }
}

function below(count: number, random: Random): number {
  return Math.floor(random() * count);
}

function differs({ sender, original }: Signed, { touched, request }: Attempt): boolean {
  const bytes = Buffer.from(request.body!);
  if (touched === "body") return !bytes.equals(Buffer.from(original.body));
  if (touched !== "header") return true;
  return sender.signed.some((name) => {
    const [value, before] = [request.headers![name], original.headers[name]!];
    return typeof value !== "string" || inOneCase(value) !== inOneCase(before);
  });
}

/** `sha256=AB` says what `sha256=ab` says; `SHA256=ab` does not. */
function inOneCase(value: string): string {
  return value.replace(/(?<=^|=)([0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{128})$/i, (hex) => hex.toLowerCase());
}

function attempt({ sender, event, original }: Signed, what: string, changed: Partial<Attempt>): Attempt {
  const { headers, body, url } = original;
  return {
    what,
    touched: "body",
    request: { method: "POST", headers, body: Buffer.from(body), url },
    now: event.at,
    secret: sender.secret,
    ...changed,
  };
}

function onBody(name: string, act: (body: Buffer, random: Random) => Buffer): Change {
  return (signed, random) => {
    const { request } = attempt(signed, name, {});
    return attempt(signed, name, { request: { ...request, body: act(Buffer.from(request.body!), random) } });
  };
}

function onHeader(name: string, act: (value: string, random: Random) => string | string[] | undefined): Change {
  return (signed, random) => {
    const { request } = attempt(signed, name, {});
    const names = signed.sender.signed;
    const header = names[below(names.length, random)];
    if (header === undefined) return undefined;
    const { [header]: value, ...others } = signed.original.headers;
    const changed = act(value!, random);
    const headers = changed === undefined ? others : { ...others, [header]: changed };
    return attempt(signed, `${header}: ${name}`, { touched: "header", request: { ...request, headers } });
  };
}

function flipped(bytes: Buffer, random: Random): Buffer {
  const bit = below(bytes.length * 8, random);
  bytes[bit >> 3]! ^= 1 << (bit & 7);
  return bytes;
}

const joined = onHeader("twice, joined", (value) => `${value}, ${value}`);

const otherCase = (char: string) => char === char.toLowerCase() ? char.toUpperCase() : char.toLowerCase();

const BODY: readonly Change[] = [
  onBody("a bit", flipped),
  onBody("a bit", flipped),
  onBody("cut short", (body, random) => body.subarray(0, -1 - below(body.length, random))),
  onBody("a space after it", (body) => Buffer.concat([body, Buffer.from(" ")])),
  onBody("a line end after it", (body) => Buffer.concat([body, Buffer.from("\r\n")])),
  onBody("a byte order mark", (body) => Buffer.concat([Buffer.from("\ufeff"), body])),
  onBody("a byte more somewhere", (body, random) => {
    const at = below(body.length, random);
    return Buffer.concat([body.subarray(0, at), Buffer.from([below(256, random)]), body.subarray(at)]);
  }),
  onBody("the case of a letter", (body, random) => {
    const at = below(body.length, random);
    const char = String.fromCharCode(body[at]!);
    if (body[at]! < 0x80) body[at] = otherCase(char).charCodeAt(0);
    return body;
  }),
];

const HEADER: readonly Change[] = [
  onHeader("a bit", (value, random) => flipped(Buffer.from(value, "latin1"), random).toString("latin1")),
  onHeader("a bit", (value, random) => flipped(Buffer.from(value, "latin1"), random).toString("latin1")),
  onHeader("a letter less", (value, random) => {
    const at = below(value.length, random);
    return value.slice(0, at) + value.slice(at + 1);
  }),
  onHeader("cut short", (value, random) => value.slice(0, below(value.length, random))),
  onHeader("the case of a letter", (value, random) => {
    const at = below(value.length, random);
    return value.slice(0, at) + otherCase(value[at]!) + value.slice(at + 1);
  }),
  onHeader("a space somewhere", (value, random) => {
    // Within: around a value HTTP knows no spaces.
    const at = 1 + below(value.length - 1, random);
    return `${value.slice(0, at)} ${value.slice(at)}`;
  }),
  onHeader("a tab after it", (value) => `${value}\t`),
  onHeader("junk after it", (value) => `${value}!!`),
  onHeader("without padding", (value) => value.replace(/=+$/, "")),
  onHeader("the alphabet of URLs", (value) => value.replaceAll("+", "-").replaceAll("/", "_")),
  onHeader(
    "hex as Base64",
    (value) => value.replace(/[0-9a-f]{40,}$/, (hex) => Buffer.from(hex, "hex").toString("base64")),
  ),
  onHeader(
    "Base64 as hex",
    (value) => value.replace(/[A-Za-z0-9+/]{26,}={0,2}$/, (text) => Buffer.from(text, "base64").toString("hex")),
  ),
  onHeader("twice", (value) => [value, value]),
  (signed, random) => signed.sender.isList ? undefined : joined(signed, random),
  onHeader("once right and once wrong", (value, random) => {
    const wrong = flipped(Buffer.from(value, "latin1"), random).toString("latin1");
    return below(2, random) === 0 ? [value, wrong] : [wrong, value];
  }),
  onHeader("empty", () => ""),
  onHeader("gone", () => undefined),
];

const AROUND: readonly Change[] = [
  (signed) => attempt(signed, "another key", { touched: "key", secret: signed.sender.wrongSecret }),
  (signed, random) => {
    const { toleranceMs } = signed.sender;
    if (toleranceMs === undefined) return undefined;
    // A signed second may have begun up to a second ago.
    const off = (toleranceMs + 1001 + below(10 ** (3 + below(7, random)), random)) * (below(2, random) === 0 ? 1 : -1);
    return attempt(signed, `${off} ms off`, { touched: "time", now: signed.event.at + off });
  },
  (signed) => {
    const { request } = attempt(signed, "", {});
    if (signed.sender.signs?.method === undefined) return undefined;
    return attempt(signed, "PUT", { touched: "method", request: { ...request, method: "PUT" } });
  },
  (signed, random) => {
    const { request } = attempt(signed, "", {});
    const { url } = signed.original;
    if (signed.sender.signs?.url === undefined || url === undefined) return undefined;
    const others = [
      `${url}x`,
      `${url}&x=1`,
      url.replace("https", "http"),
      url.replace("://", "://x"),
      url.replace("?", "/?"),
      url.replace("/in/", "/in/../in/"),
      url.replace("example.com", "example.com:443"),
      url.replace("tenant=7", "tenant=8"),
    ];
    return attempt(signed, "another URL", {
      touched: "url",
      request: { ...request, url: others[below(others.length, random)]! },
    });
  },
];

const CHANGES: readonly Change[] = [...BODY, ...HEADER, ...AROUND];
