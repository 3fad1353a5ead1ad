/** A request changed in one random way that must matter, and what was done to it. */
import { Buffer } from "node:buffer";
import type { Random } from "../../../src/ports.ts";
import type { Asked } from "./a-signed-request.ts";

export interface Signed extends Asked {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: Buffer;
}

export interface Spoilt {
  what: string;
  request: Asked;
}

/** All headers of the request have to be signed, or be the signature. */
export function spoil(request: Signed, random: Random): Spoilt {
  const below = (count: number) => Math.floor(random() * count);
  const names = Object.keys(request.headers);
  const name = names[below(names.length)]!;
  const value = request.headers[name]!;
  const withValue = (what: string, changed: string | string[]): Spoilt => ({
    what: `${name}: ${what}`,
    request: { ...request, headers: { ...request.headers, [name]: changed } },
  });
  const withText = (what: string, text: string): Spoilt =>
    // What changes nothing, such as the case of a digit, gives way to what does.
    text === value ? withValue("longer", `${value}x`) : withValue(what, text);
  const at = below(value.length);
  const put = (char: string, length = 1) => value.slice(0, at) + char + value.slice(at + length);

  switch (below(13)) {
    case 0: {
      const bit = below(request.body.length * 8);
      const body = Buffer.from(request.body);
      body[bit >> 3]! ^= 1 << (bit & 7);
      return { what: `body: bit ${bit}`, request: { ...request, body } };
    }
    case 1:
      return { what: "body: cut short", request: { ...request, body: request.body.subarray(0, -1 - below(10)) } };
    case 2:
      return { what: "body: longer", request: { ...request, body: Buffer.concat([request.body, Buffer.from(" ")]) } };
    case 3:
      return { what: "method", request: { ...request, method: "PUT" } };
    case 4:
      return { what: "url: longer", request: { ...request, url: `${request.url}x` } };
    case 5:
      return { what: "url: another host", request: { ...request, url: request.url.replace("//", "//x") } };
    case 6:
      return withText(`bit at ${at}`, put(String.fromCharCode(value.charCodeAt(at) ^ (1 << below(7)))));
    case 7:
      return withText(`without the character at ${at}`, put(""));
    case 8: {
      const char = value[at]!;
      return withText(`case at ${at}`, put(char === char.toLowerCase() ? char.toUpperCase() : char.toLowerCase()));
    }
    case 9: {
      // Between letters: elsewhere a space may mean nothing.
      const inWord = /[a-z0-9](?=[a-z0-9])/gi;
      inWord.lastIndex = at;
      const from = (inWord.exec(value)?.index ?? 0) + 1;
      return withText(`space at ${from}`, `${value.slice(0, from)} ${value.slice(from)}`);
    }
    case 10:
      return withValue("twice", [value, value]);
    case 11:
      return withText("in Base64url", value.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", ""));
    default: {
      const { [name]: _, ...headers } = request.headers;
      return { what: `${name}: gone`, request: { ...request, headers } };
    }
  }
}
