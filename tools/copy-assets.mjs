/**
 * Puts the files of the API page into the build, so that the published package needs no package of its own for them:
 * swagger-ui-dist weighs 15 MB and brings an install script, the page needs 2 MB of it.
 */
import { cpSync, mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const from = import.meta.resolve("swagger-ui-dist/swagger-ui.css");
const to = fileURLToPath(new URL("../dist/assets/swagger-ui/", import.meta.url));
mkdirSync(to, { recursive: true });
for (
  const name of ["swagger-ui.css", "swagger-ui-bundle.js", "swagger-ui-bundle.js.LICENSE.txt", "LICENSE", "NOTICE"]
) {
  cpSync(fileURLToPath(new URL(name, from)), `${to}/${name}`);
}
