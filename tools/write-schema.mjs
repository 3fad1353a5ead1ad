/**
 * Writes `hookd.schema.json` anew from the schema that checks `hookd.yaml`: `npm run schema`. A test fails
 * while the committed file is another.
 */
import { writeFileSync } from "node:fs";
import { publishedSchema } from "../src/config/config-file.ts";

writeFileSync(new URL("../hookd.schema.json", import.meta.url), publishedSchema());
