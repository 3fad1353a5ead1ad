/**
 * The page of `GET /docs`: Swagger UI over `/openapi.json`. All its files come from this machine, and its policy
 * (CSP) lets it load from nowhere else.
 */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Answer } from "./admin-answer.ts";

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>hookd API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
`;

/** Read-only for senders' operations: the public listener takes no request from a page. */
const START = `SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
  supportedSubmitMethods: ["get"],
});
`;

/** Swagger UI sets styles on elements as it draws, and draws small pictures from data URLs. */
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const FILES: Readonly<Record<string, string>> = {
  "swagger-ui.css": "text/css; charset=utf-8",
  "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
};

export function docsPage(): Answer {
  return {
    status: 200,
    contentType: "text/html; charset=utf-8",
    body: PAGE,
    headers: { "Content-Security-Policy": POLICY },
  };
}

/** A file of the page; undefined for a name that it does not have. */
export async function docsAsset(name: string): Promise<Answer | undefined> {
  if (name === "start.js") return { status: 200, contentType: FILES["swagger-ui-bundle.js"] ?? "", body: START };
  const contentType = Object.hasOwn(FILES, name) ? FILES[name] : undefined;
  if (contentType === undefined) return undefined;
  return { status: 200, contentType, body: await readFile(assetPath(name)) };
}

/** Beside the build, where `npm run build` copies them; a run from the sources takes them from the package. */
function assetPath(name: string): string {
  const built = new URL(`../../assets/swagger-ui/${name}`, import.meta.url);
  return fileURLToPath(
    existsSync(built) ? built : new URL(name, import.meta.resolve("swagger-ui-dist/swagger-ui.css")),
  );
}
