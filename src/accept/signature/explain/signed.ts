/** Which bytes the signature is over: what they are made of, how many, and a fingerprint to compare with the sender's. */
import { createHash } from "node:crypto";
import type { ContentPart, DeclaredScheme } from "../scheme.ts";
import { type Signed, signedContents } from "../signed-content.ts";
import { type DeclaredCase, type Finding, signedOf } from "./case.ts";
import { joined } from "./contents.ts";

/** So much tells two contents apart, and is no use to anybody else. */
const FINGERPRINT_DIGITS = 12;

/** Nothing where the content cannot be put together. */
export function explainSigned(of: DeclaredCase): Finding[] {
  const { scheme, element, preset } = of;
  if (scheme.content.length === 0) {
    return [{ kind: "signed", text: "Nothing: the sender shows a token, whatever the body is." }];
  }
  const signed = signedOf(of);
  if (signed === undefined) return [];
  const contents = signedContents(scheme, signed);
  if (typeof contents === "string") return [];
  const which = element === undefined ? "" : `Of element ${element}: `;
  return contents.map((content, at) => {
    const bytes = joined(content);
    const print = createHash("sha256").update(bytes).digest("hex").slice(0, FINGERPRINT_DIGITS);
    const parts = scheme.content.length === 1 ? "" : ` (${lengths(scheme, signed, at).join(", ")})`;
    const spelling = at === 0 ? "" : "Or, with the URL spelled otherwise: ";
    return {
      kind: "signed",
      text: `${which}${spelling}${"content" in preset ? preset.content : ""}, ${
        count(bytes.length)
      }${parts}; their SHA-256 begins with ${print}.`,
    };
  });
}

function referenceText(part: ContentPart): string {
  return "name" in part ? `${part.kind}:${part.name}` : "pointer" in part ? `json:${part.pointer}` : part.kind;
}

/** Of each part but the text between them, in the spelling at `at`: put together by itself. */
function lengths(scheme: DeclaredScheme, signed: Signed, at: number): string[] {
  return scheme.content.filter(({ kind }) => kind !== "literal").map((part) => {
    const contents = signedContents({ ...scheme, content: [part] }, signed);
    const content = typeof contents === "string" ? [] : contents[at] ?? contents[0]!;
    return `${referenceText(part)} ${joined(content).length}`;
  });
}

function count(bytes: number): string {
  return `${bytes} byte${bytes === 1 ? "" : "s"}`;
}
