/** Whether the request is another sender's than it is taken for: by its signature, else by the headers it has. */
import type { CapturedRequest } from "../../../captured-request.ts";
import type { Preset } from "../../../presets/preset.ts";
import { PRESETS } from "../../../presets/registry.ts";
import { type Finding, isRight } from "./case.ts";

/** Under which presets the same secrets make the signature right. */
export async function explainPresets(captured: CapturedRequest): Promise<Finding[]> {
  const names: string[] = [];
  for (const [name, preset] of Object.entries(PRESETS)) {
    if (preset === captured.preset) continue;
    if (await isRight({ ...captured, preset })) names.push(name);
  }
  const named = names.map((name) => `\`${name}\``).join(", or ");
  return names.length === 0 ? [] : [{ kind: "preset", text: `With these secrets it verifies as ${named}.` }];
}

/** Headers that other presets have their signature in; for a request that has none where it should. */
export function explainHeaders({ headers, preset }: CapturedRequest): Finding[] {
  const own = new Set(signatureHeaders(preset));
  return [...new Set(headers.filter((_, at) => at % 2 === 0))].flatMap((header): Finding[] => {
    const name = header.toLowerCase();
    if (own.has(name)) return [];
    const presets = Object.entries(PRESETS).filter(([, other]) => signatureHeaders(other).includes(name));
    const named = presets.map(([preset]) => `\`${preset}\``).join(", ");
    if (named !== "") return [{ kind: "hint", text: `It has the header ${header}, in which ${named} sign.` }];
    return /signature|hmac|-digest|-token$/.test(name)
      ? [{ kind: "hint", text: `It has the header ${header}, which no preset knows.` }]
      : [];
  });
}

/** In lower case; none where the signature stands in the body. */
export function signatureHeaders(preset: Preset): string[] {
  if ("code" in preset) {
    return { plaid: ["plaid-verification"], "http-message": ["signature"], "aws-sns": [] }[preset.code];
  }
  return preset.signature.in.flatMap((place) => place.startsWith("header:") ? [place.slice(7).toLowerCase()] : []);
}
