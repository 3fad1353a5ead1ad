/**
 * Which words may become label values. A sender chooses event types, so an unchecked label would let one
 * sender grow the registry, and the operator's Prometheus, without end. Only words that the operator wrote
 * (and words of hookd's own small tables) pass; all others count under `other`.
 */

export const OTHER = "other";

/** Series grow with sources x types: these bounds hold even where a config declares thousands. */
export const SOURCES_MAX = 200;
export const TYPES_MAX = 500;
/** Reasons and causes are written in hookd's own source; the bound is against a bug that puts an id in one. */
export const WORDS_MAX = 64;

/** Turns any text into a label value; at most as many different ones as the bound, `other` not counted. */
export type Label = (text: string) => string;

/**
 * A word that passed once stays a label until the daemon ends, also when a reload removes it: a counter that
 * went back would look like a restart.
 */
export function createLabel(passes: (text: string) => boolean, max: number): Label {
  const seen = new Set<string>();
  return (text) => {
    if (seen.has(text)) return text;
    if (seen.size >= max || !passes(text)) return OTHER;
    seen.add(text);
    return text;
  };
}

/** For words of hookd's own: short lower-case identifiers. */
export function createWordLabel(): Label {
  return createLabel((text) => /^[a-z][a-z0-9_-]{0,39}$/.test(text), WORDS_MAX);
}

/** Remembers what `make` made for a pair of label values, since each `labels()` makes a new series. */
export function perLabels<Child>(make: (a: string, b: string) => Child): (a: string, b?: string) => Child {
  const rows = new Map<string, Map<string, Child>>();
  return (a, b = "") => {
    let row = rows.get(a);
    if (row === undefined) rows.set(a, row = new Map());
    let child = row.get(b);
    if (child === undefined) row.set(b, child = make(a, b));
    return child;
  };
}
