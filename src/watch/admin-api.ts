/** Routes that tell what all routes do: the OpenAPI document, and a page that shows it. */
import { json, problem } from "./admin-answer.ts";
import type { AdminNeeds } from "./admin-needs.ts";
import { OPERATIONS } from "./admin-operations.ts";
import type { Route } from "./admin-router.ts";
import { docsAsset, docsPage } from "./docs-page.ts";
import { openApiDocument } from "./openapi-document.ts";

/** `others`: the routes that the document shows besides these; `adminUrl`: where the listener is bound. */
export function createApiRoutes(
  { version, publicApi }: Pick<AdminNeeds, "version" | "publicApi">,
  { others, adminUrl }: { others: readonly Route[]; adminUrl: () => string },
): Route[] {
  const routes: Route[] = [
    {
      method: "GET",
      path: "/openapi.json",
      open: true,
      operation: OPERATIONS.openapi,
      answer: () => {
        const adminRoutes = [...others, ...routes];
        return json(200, openApiDocument({ version, publicApi: publicApi(), adminUrl: adminUrl(), adminRoutes }));
      },
    },
    { method: "GET", path: "/docs", open: true, operation: OPERATIONS.docs, answer: docsPage },
    {
      method: "GET",
      path: "/docs/:file",
      open: true,
      operation: OPERATIONS.docsAsset,
      answer: async ({ param }) => await docsAsset(param) ?? problem({ code: "not_found", detail: "Nothing is here" }),
    },
  ];
  return routes;
}
