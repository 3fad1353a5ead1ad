/**
 * TypeScript text with what is not code blanked out, so that a rule about code is not set off by a comment
 * or a message. Lines keep their numbers. A scanner and not a parser: it must only tell code, strings,
 * templates, regular expressions and comments apart.
 */

/** Comments blanked; `strings: "drop"` blanks the insides of strings and regular expressions too. */
export function codeText(text: string, options: { strings: "keep" | "drop" }): string {
  const out: string[] = [];
  // One entry for each template literal that we are inside of: the depth of braces in its `${}`.
  const templates: number[] = [];
  const blank = (part: string) => out.push(part.replace(/[^\n]/g, " "));
  const quoted = (part: string) => options.strings === "keep" ? out.push(part) : blank(part);
  for (let at = 0; at < text.length;) {
    const rest = text.slice(at, at + 2);
    const from = at;
    if (rest === "//" || rest === "/*") {
      at = rest === "//" ? endOf(text, at, "\n") : endOf(text, at + 2, "*/") + 2;
      blank(text.slice(from, at));
    } else if (rest[0] === '"' || rest[0] === "'") {
      at = endOfQuoted(text, at);
      quoted(text.slice(from, at));
    } else if (rest[0] === "/" && startsRegex(out)) {
      at = endOfRegex(text, at);
      quoted(text.slice(from, at));
    } else if (rest[0] === "`" || (rest[0] === "}" && templates.at(-1) === 0)) {
      if (rest[0] === "}") templates.pop();
      at = endOfTemplateText(text, at + 1);
      quoted(text.slice(from, at));
      if (text[at - 1] === "{") templates.push(0);
    } else {
      const innermost = templates.length - 1;
      if (innermost >= 0 && rest[0] === "{") templates[innermost]! += 1;
      if (innermost >= 0 && rest[0] === "}") templates[innermost]! -= 1;
      out.push(rest[0]!);
      at += 1;
    }
  }
  return out.join("");
}

/** The number of the line, from 1, that an offset stands in. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}

function endOf(text: string, from: number, mark: string): number {
  const found = text.indexOf(mark, from);
  return found === -1 ? text.length : found;
}

function endOfQuoted(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text[at] !== text[from]) at += text[at] === "\\" ? 2 : 1;
  return at + 1;
}

/** Up to the closing backtick, or just after the next `${`. */
function endOfTemplateText(text: string, from: number): number {
  let at = from;
  while (at < text.length && text[at] !== "`") {
    if (text.startsWith("${", at)) return at + 2;
    at += text[at] === "\\" ? 2 : 1;
  }
  return at + 1;
}

/** A slash divides after a value and opens a regular expression anywhere else. */
function startsRegex(out: readonly string[]): boolean {
  const before = out.slice(-40).join("").trimEnd();
  return before === "" || /[(,=:[!&|?{};+*%~^<>-]$|\b(return|typeof|case|of|in)$/.test(before);
}

function endOfRegex(text: string, from: number): number {
  let inClass = false;
  let at = from + 1;
  for (; at < text.length && (inClass || text[at] !== "/"); at++) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === "[") inClass = true;
    else if (text[at] === "]") inClass = false;
  }
  return at + 1;
}
