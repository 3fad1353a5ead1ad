/**
 * Writes the table of `docs/senders.md` anew from the presets: `npm run senders`. A test fails while the committed
 * file is another.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { compileScheme } from "../src/accept/signature/scheme.ts";
import { withSenders } from "../src/presets/senders-doc.ts";

const file = new URL("../docs/senders.md", import.meta.url);
const bindingOf = (preset) => compileScheme(preset, { secrets: [], toleranceMs: undefined }).scheme.binding;
writeFileSync(file, withSenders(readFileSync(file, "utf8"), bindingOf));
