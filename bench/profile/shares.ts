/** What a CPU profile says, by whose code it is: each sample counts for the room of hookd, or the part of Node, that ran. */
import { existsSync, readFileSync } from "node:fs";
import type { Profiler, Runtime } from "node:inspector";
import { SourceMap } from "node:module";
import { fileURLToPath } from "node:url";

/** Share of the main thread's time at work, by group; the groups' sum is 1. */
export function sharesOf(profile: Profiler.Profile): Map<string, number> {
  const groups = groupOfNodes(profile.nodes);
  const counts = new Map<string, number>();
  let all = 0;
  for (const node of profile.nodes) {
    const group = groups.get(node.id)!;
    const hits = node.hitCount ?? 0;
    if (group === "idle" || hits === 0) continue;
    counts.set(group, (counts.get(group) ?? 0) + hits);
    all += hits;
  }
  return new Map([...counts].map(([group, hits]) => [group, hits / all]));
}

/** What a builtin does counts for whoever called it; where Node did, it is a binding, and native code. */
function groupOfNodes(nodes: readonly Profiler.ProfileNode[]): Map<number, string> {
  const groups = new Map<number, string>();
  const maps = new Maps();
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const visit = (node: Profiler.ProfileNode, caller: string): void => {
    const group = groupOf(node.callFrame, maps) ?? (caller === NODE ? NATIVE : caller);
    groups.set(node.id, group);
    for (const child of node.children ?? []) visit(byId.get(child)!, group);
  };
  if (nodes[0] !== undefined) visit(nodes[0], NATIVE);
  return groups;
}

const NODE = "JavaScript of Node";
/** System calls, the HTTP parser, hashes, the event loop. */
const NATIVE = "native code and system calls";

function groupOf({ functionName, url, lineNumber, columnNumber }: Runtime.CallFrame, maps: Maps): string | undefined {
  if (functionName === "(idle)") return "idle";
  if (functionName === "(garbage collector)") return "garbage collection";
  if (functionName === "(program)" || functionName === "(root)") return NATIVE;
  if (url.startsWith("node:")) return NODE;
  if (!url.startsWith("file:")) return undefined;
  return roomOf(maps.sourceOf(url, lineNumber, columnNumber));
}

function roomOf(source: string): string {
  if (source.includes("/src/accept/signature/")) return "src/accept/signature";
  const room = /\/src\/(\w+)\//.exec(source)?.[1];
  if (room !== undefined) return `src/${room}`;
  return source.includes("/node_modules/") ? "libraries" : "the rest";
}

/** Where bundled code comes from. */
class Maps {
  readonly #maps = new Map<string, SourceMap | undefined>();

  sourceOf(url: string, line: number, column: number): string {
    if (!this.#maps.has(url)) this.#maps.set(url, mapOf(url));
    const entry = this.#maps.get(url)?.findEntry(line, column);
    return entry !== undefined && "originalSource" in entry ? new URL(entry.originalSource, url).href : url;
  }
}

function mapOf(url: string): SourceMap | undefined {
  const file = `${fileURLToPath(url)}.map`;
  return existsSync(file) ? new SourceMap(JSON.parse(readFileSync(file, "utf8"))) : undefined;
}
