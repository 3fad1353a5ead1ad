/**
 * The OpenAPI 3.1 document of both listeners, assembled from what their rooms say of their operations. Made anew
 * for each request, so that a reload shows at once.
 */
import { type Operation, problemResponses, type Responses, type Schema } from "../operation.ts";
import { ProblemBody } from "../problem-body.ts";
import type { PublicApi } from "./admin-needs.ts";
import type { ProblemCode } from "./admin-answer.ts";
import { caseOf } from "./describe-route.ts";
import type { Route } from "./admin-router.ts";

export interface DocumentNeeds {
  version: string;
  publicApi: PublicApi;
  adminUrl: string;
  adminRoutes: readonly Route[];
}

/** https://spec.openapis.org/oas/v3.1.1 */
export interface OpenApiDocument {
  openapi: "3.1.1";
  info: { title: string; version: string; description: string; license: { name: string; identifier: string } };
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, unknown>>;
  components: {
    schemas: Record<string, Schema>;
    responses: Responses;
    securitySchemes: Record<string, object>;
  };
}

const DESCRIPTION = `hookd has two listeners. Senders reach the **public** one, by the sources of hookd.yaml; a 2xx \
means that the event survives kill -9 and a power cut. Operators reach the **admin** one.

A path that is not here is answered 404, and another method 405. Every refusal is a problem (RFC 9457) whose \
\`code\` a script can rely on.`;

const TAGS = [
  { name: "sources", description: "Public listener: where senders POST their events" },
  { name: "status", description: "Public listener: where an event stands" },
  { name: "health", description: "Admin listener: for probes, scrapers and scripts" },
  { name: "events", description: "Admin listener: what came in and what became of it" },
  { name: "dead letters", description: "Admin listener: what no retry could save" },
  { name: "mailboxes", description: "Admin listener: ordering keys" },
  { name: "api", description: "Admin listener: this document" },
];

export function openApiDocument({ version, publicApi, adminUrl, adminRoutes }: DocumentNeeds): OpenApiDocument {
  const paths: OpenApiDocument["paths"] = {};
  const add = (url: string, operations: readonly Operation[]) => {
    for (const { method, path, description } of operations) {
      paths[path] = { ...paths[path], [method]: { ...description, servers: [{ url }] } };
    }
  };
  add(adminUrl, adminRoutes.map(operationOf));
  // Last: OpenAPI has one operation per path and method, and a source may have the path of an admin route.
  add(publicApi.url, publicApi.operations);
  return {
    openapi: "3.1.1",
    info: {
      title: "hookd",
      version,
      description: DESCRIPTION,
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    tags: TAGS,
    paths,
    components: {
      schemas: { Problem: ProblemBody, ...publicApi.schemas },
      responses: unroutedResponses(publicApi),
      securitySchemes: {
        admin_token: { type: "http", scheme: "bearer", description: "`admin.token` of hookd.yaml, where it is set" },
        ...publicApi.securitySchemes,
      },
    },
  };
}

/** Before it looks at the path, each listener may refuse for these reasons; with none of them, the path is unknown. */
const UNROUTED: readonly ProblemCode[] = [
  "not_found",
  "method_not_allowed",
  "admin_token_invalid",
  "origin_not_allowed",
  "host_not_allowed",
];

/** By code: what is answered to a path and method that the document does not have. */
function unroutedResponses({ unrouted }: PublicApi): Responses {
  const cases = [...UNROUTED.map(caseOf), ...unrouted];
  return Object.fromEntries(cases.map((each) => [each.code, Object.values(problemResponses([each]))[0]!]));
}

function operationOf({ method, path, operation }: Route): Operation {
  return {
    method: method.toLowerCase() as Operation["method"],
    path: path.replace(/:(\w+)/g, "{$1}"),
    description: operation,
  };
}
