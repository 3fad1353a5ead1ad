import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isLoopback, parseAddress } from "../src/config.ts";

describe("a listen address", () => {
  const good: [text: string, host: string, port: number][] = [
    ["127.0.0.1:8080", "127.0.0.1", 8080],
    ["0.0.0.0:0", "0.0.0.0", 0],
    ["[::1]:9464", "::1", 9464],
    ["[::]:65535", "::", 65_535],
    ["localhost:80", "localhost", 80],
    ["hooks-1.internal:443", "hooks-1.internal", 443],
  ];
  for (const [text, host, port] of good) {
    it(`${text} is read`, () => assert.deepEqual(parseAddress(text), { host, port }));
  }

  const bad = [
    "",
    "8080",
    ":8080",
    "127.0.0.1",
    "127.0.0.1:",
    "127.0.0.1:65536",
    "127.0.0.1:-1",
    "127.0.0.1:8080 ",
    "127.0.0.1:8080\n",
    "256.0.0.1:80",
    "1.2.3:80",
    "::1:8080",
    "[::1:8080",
    "[127.0.0.1]:80",
    "[hello]:80",
    "http://localhost:80",
    "-host:80",
    "a..b:80",
    "*:80",
  ];
  for (const text of bad) {
    it(`is not ${JSON.stringify(text)}`, () => assert.equal(parseAddress(text), undefined));
  }
});

describe("only this machine reaches", () => {
  const table: [host: string, loopback: boolean][] = [
    ["127.0.0.1", true],
    ["127.8.9.10", true],
    ["::1", true],
    ["localhost", true],
    ["0.0.0.0", false],
    ["::", false],
    ["10.0.0.1", false],
    ["127.0.0.1.example.com", false],
    ["127.example.com", false],
  ];
  for (const [host, loopback] of table) {
    it(`${host}: ${loopback}`, () => assert.equal(isLoopback(host), loopback));
  }
});
