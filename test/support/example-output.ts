/**
 * Compares what a page of docs says that a command prints with what it printed. JSON may be laid out differently;
 * what no page can know is masked: times, durations and rates by their place, ids by the order of their first
 * appearance, so that an id which the page shows twice has to come twice. All else must be the same.
 */
import assert from "node:assert/strict";

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-([47])[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/g;
const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;
const DURATION = /\b\d+(\.\d+)? ms\b/g;
/** Members that hold a duration in ms, and what `hookd send --json` measures. */
const MEASURED = /_ms$|^(seconds|per_second|p50|p90|p99|max)$/;

export class ExampleOutput {
  readonly #documented = new Map<string, string>();
  readonly #actual = new Map<string, string>();

  /** `place`: of the example, for the message. To be called in the order of the page. */
  assertSame(documented: string, actual: string, place: string): void {
    const expected = namedIds(masked(documented), this.#documented);
    assert.deepEqual(namedIds(masked(actual), this.#actual), expected, `${place} is not what was printed:\n${actual}`);
  }
}

/** One line each: a line of text, or a JSON document in the shortest form. */
function masked(output: string): string[] {
  return documentsOf(output).map((part) =>
    (typeof part === "string" ? part.replace(DURATION, "<number> ms") : JSON.stringify(part.json, maskMeasured))
      .replace(TIME, "<time>")
  );
}

function maskMeasured(key: string, value: unknown): unknown {
  return MEASURED.test(key) && typeof value === "number" && value >= 0 ? "<number>" : value;
}

/** The text's lines, those that are JSON together put together. */
function documentsOf(output: string): (string | { json: unknown })[] {
  const parts: (string | { json: unknown })[] = [];
  const lines = output.trim().split("\n").map((line) => line.trimEnd());
  while (lines.length > 0) {
    const taken = /^[{[]/.test(lines[0]!) ? takeJson(lines) : undefined;
    parts.push(taken ?? lines.shift()!);
  }
  return parts;
}

function takeJson(lines: string[]): { json: unknown } | undefined {
  for (let end = 1; end <= lines.length; end++) {
    try {
      const json: unknown = JSON.parse(lines.slice(0, end).join("\n"));
      lines.splice(0, end);
      return { json };
    } catch {
      // It goes on in the next line.
    }
  }
  return undefined;
}

function namedIds(lines: readonly string[], names: Map<string, string>): string[] {
  return lines.map((line) =>
    line.replace(UUID, (id, version) => {
      const name = names.get(id) ?? `<uuid${version} ${names.size + 1}>`;
      names.set(id, name);
      return name;
    })
  );
}
