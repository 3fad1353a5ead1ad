/** Documents have one title, and their links lead somewhere. */
import { posix } from "node:path";
import type { SourceFile } from "./source-tree.ts";

const CODE_BLOCK = /^```[\s\S]*?^```/gm;

export function markdownFaults(files: readonly SourceFile[]): string[] {
  const documents = files.filter(({ path }) => path.endsWith(".md"));
  return documents.flatMap((document) => [...titleFaults(document), ...linkFaults(document, files)]);
}

function titleFaults({ path, text }: SourceFile): string[] {
  const titles = prose(text).split("\n").filter((line) => /^# \S/.test(line)).length;
  return titles === 1 ? [] : [`${path}: has ${titles} titles (# ...), one is right`];
}

function linkFaults({ path, text }: SourceFile, files: readonly SourceFile[]): string[] {
  const links = [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? "");
  return links.filter((link) => !/^[a-z]+:/.test(link)).flatMap((link) => {
    const [file = "", anchor] = link.split("#");
    const target = file === "" ? path : posix.join(posix.dirname(path), file).replace(/\/$/, "");
    const found = files.find((one) => one.path === target);
    const folder = files.some((one) => one.path.startsWith(`${target}/`));
    if (found === undefined && !folder) return [`${path}: the link ${link} leads nowhere`];
    if (anchor === undefined || found === undefined || anchors(found.text).has(anchor)) return [];
    return [`${path}: ${target} has no heading #${anchor}`];
  });
}

/** The names under which a page's headings can be linked to. */
function anchors(text: string): Set<string> {
  const headings = text.replace(CODE_BLOCK, "").split("\n").filter((line) => /^#+ /.test(line));
  return new Set(
    headings.map((line) =>
      line.replace(/^#+ /, "").trim().toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").replace(/\s/g, "-")
    ),
  );
}

/** Without code blocks and code spans. */
function prose(text: string): string {
  return text.replace(CODE_BLOCK, "").replace(/`[^`\n]*`/g, "");
}
