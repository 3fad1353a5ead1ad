/** One word for one thing, and what reads the world is read in one place. */
import { codeText, lineAt } from "./code-text.ts";
import type { SourceFile } from "./source-tree.ts";

interface Ban {
  /** What is looked for, in code without comments and strings. */
  pattern: RegExp;
  /** Where the rule holds, and where within that it does not. */
  within: RegExp;
  except?: RegExp;
  instead: string;
}

const BANS: readonly Ban[] = [
  {
    pattern: /\bprocess\s*\.\s*env\b/g,
    within: /^src\//,
    except: /^src\/(config\/load-config\.ts|cli\/|main\.ts)/,
    instead: "the environment is read in config/load-config.ts and in cli/",
  },
  {
    pattern: /\bDate\s*\.\s*now\b|\bnew\s+Date\s*\(\s*\)|\bnew\s+Date\b(?!\s*\()/g,
    within: /^(src|workers)\//,
    except: /^src\/(clock\.ts|daemon\/daemon\.ts|cli\/|main\.ts)/,
    instead: "time comes from the Clock",
  },
  {
    pattern: /\bMath\s*\.\s*random\b/g,
    within: /^(src|workers)\//,
    except: /^src\/(clock\.ts|daemon\/daemon\.ts|cli\/|main\.ts)/,
    instead: "chance comes as a Random",
  },
  {
    pattern: /\b\w*[pP]ayload\w*\b/g,
    within: /^src\//,
    instead: `the sender's bytes are "body", parsed they are "data"`,
  },
  { pattern: /\b\w*[pP]rovider\w*\b/g, within: /^src\//, instead: `who sends is a "source"` },
  {
    pattern: /\b(dedupe|dedup|deduplicat)\w*\b/gi,
    within: /^src\//,
    instead: `an event seen before is a "duplicate" of its "idempotency key"`,
  },
  { pattern: /\bpartitionKey\b|\bgroupKey\b/g, within: /^src\//, instead: `events in order share an "ordering key"` },
  { pattern: /\b(?:describe|it|test)\s*\.\s*only\b/g, within: /^test\//, instead: "the whole suite runs" },
];

/** Work that was put off names the issue that holds it. */
const DEBT = /\b(TODO|FIXME|XXX|HACK)\b(?!\(#\d+\))/g;

/** Globals that Deno and Node do not share in all places: they are imported. */
const GLOBALS = { process: "node:process", Buffer: "node:buffer" };

export function wordFaults(files: readonly SourceFile[]): string[] {
  return files.filter(({ path }) => /^(src|workers|test|bench|tools)\/.*\.(ts|mjs)$/.test(path)).flatMap((file) => {
    const code = codeText(file.text, { strings: "drop" });
    const here = BANS.filter((ban) => ban.within.test(file.path) && !ban.except?.test(file.path));
    return [
      ...here.flatMap((ban) => found(file.path, { text: code, pattern: ban.pattern, say: ban.instead })),
      ...debtFaults(file),
      ...globalFaults(file, code),
    ];
  });
}

function found(path: string, { text, pattern, say }: { text: string; pattern: RegExp; say: string }): string[] {
  return [...text.matchAll(pattern)].map((match) => `${path}:${lineAt(text, match.index)}: "${match[0]}": ${say}`);
}

function debtFaults({ path, text }: SourceFile): string[] {
  if (path.startsWith("test/tidy")) return [];
  return found(path, { text, pattern: DEBT, say: "name the issue, as in TODO(#12), or do it now" });
}

function globalFaults({ path, text }: SourceFile, code: string): string[] {
  return Object.entries(GLOBALS).flatMap(([name, module]) => {
    const used = new RegExp(`(?<![.\\w])${name}\\s*[.([]`).exec(code);
    return used === null || text.includes(`"${module}"`)
      ? []
      : [`${path}:${lineAt(code, used.index)}: ${name} is imported from "${module}"`];
  });
}
