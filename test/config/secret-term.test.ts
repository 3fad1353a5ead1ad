import assert from "node:assert/strict";
import { it } from "node:test";
import { parseTerm } from "../../src/config/secret-term.ts";

const terms: [given: string, text: string, notAfter: string | undefined][] = [
  ["${env:OLD}", "${env:OLD}", undefined],
  ["${env:OLD} until 2026-12-01", "${env:OLD}", "2026-12-01T23:59:59.999Z"],
  ["${file:/run/old}  until  2026-12-01T12:00:00Z", "${file:/run/old}", "2026-12-01T12:00:00.000Z"],
  ["${env:OLD} until 2026-12-01T12:00+02:00", "${env:OLD}", "2026-12-01T10:00:00.000Z"],
  // A literal secret is as it is, whatever its words.
  ["wait until 2026-12-01", "wait until 2026-12-01", undefined],
];
for (const [given, text, notAfter] of terms) {
  it(`${given} counts ${notAfter === undefined ? "always" : `until ${notAfter}`}`, () => {
    const at = notAfter === undefined ? undefined : Date.parse(notAfter);
    assert.deepEqual(parseTerm(given), { kind: "ok", text, notAfter: at });
  });
}

for (const moment of ["tomorrow", "2026-13-01", "2026-12-01T12:00:00", "1760000000", "2026-02-30T25:00:00Z"]) {
  it(`${moment} is no moment`, () => {
    const term = parseTerm(`\${env:OLD} until ${moment}`);
    assert.equal(term.kind, "faulty");
    assert.equal(term.kind === "faulty" && term.found, moment);
  });
}
