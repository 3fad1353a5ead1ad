/** The one form of both listeners' refusals: a problem of RFC 9457, with `code` for scripts and `error` for people. */
import { STATUS_CODES } from "node:http";
import { type Static, Type } from "typebox";

export const PROBLEM_TYPE = "application/problem+json";

/** One place in a request that is wrong, and what was expected there. */
export const Violation = Type.Object({
  path: Type.String({
    description: "JSON pointer into the body, or the name of a query parameter or header",
    examples: ["/total"],
  }),
  message: Type.String({ examples: ["must be number"] }),
}, { additionalProperties: false });

export type Violation = Static<typeof Violation>;

export const ProblemBody = Type.Object({
  type: Type.Literal("about:blank", { description: "RFC 9457: `code` is what tells problems apart" }),
  title: Type.String({ description: "The words of the status" }),
  status: Type.Integer(),
  detail: Type.String({ description: "What happened, for people" }),
  code: Type.String({ description: "What happened, for scripts; stable" }),
  error: Type.String({ description: "The same as `detail`" }),
  errors: Type.Optional(Type.Array(Violation, { description: "All that is wrong, at once" })),
}, { additionalProperties: false });

export interface Problem {
  status: number;
  code: string;
  detail: string;
  errors?: readonly Violation[] | undefined;
}

/** The JSON text of a problem. */
export function problemBody({ status, code, detail, errors }: Problem): string {
  const body: Omit<Static<typeof ProblemBody>, "errors"> = {
    type: "about:blank",
    title: STATUS_CODES[status] ?? "",
    status,
    detail,
    code,
    error: detail,
  };
  return JSON.stringify({ ...body, errors });
}
