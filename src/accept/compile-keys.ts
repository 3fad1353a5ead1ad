/**
 * A source's secrets and parameters joined with its preset's way of signing, and what would make the signature worth
 * less than it looks, or never right. No message quotes a secret or a parameter.
 */
import type { Config, SourceConfig } from "../config.ts";
import type { Preset } from "../presets/preset.ts";
import { codedParams } from "./signature/coded-params.ts";
import { createFetchText } from "./signature/fetch-text.ts";
import type { ImportedKey } from "./signature/key-import.ts";
import { compileScheme, type Scheme } from "./signature/scheme.ts";
import type { Report } from "./source-fault.ts";

interface Compiling {
  config: Pick<Config, "publicUrl">;
  preset: Preset;
  source: SourceConfig;
  report: Report;
}

/** Never throws; a source with a fault is left out by whoever asked. */
export function compileKeys(compiling: Compiling): Scheme {
  const { preset, source, report } = compiling;
  const coded = "code" in preset ? codedParams(preset, source.params) : undefined;
  for (const { name, message } of coded?.faults ?? []) report("fault", ["verify", "params", name], message);
  const { scheme, imports } = compileScheme(preset, {
    ...source,
    params: coded?.params ?? source.params,
    // Only a scheme that is told to fetch its keys does.
    fetchText: createFetchText(),
  });
  reportKeys(imports, { ...compiling, needsNone: coded?.fetchesKeys === true });
  reportScheme(scheme, compiling);
  return scheme;
}

function reportKeys(
  imports: readonly ImportedKey[],
  { source, report, needsNone }: Compiling & { needsNone: boolean },
): void {
  const at = ["verify", "secrets"];
  if (source.secrets.length === 0 && !needsNone) report("fault", at, "has no secret");
  if (source.secrets.length > imports.length) report("fault", at, `has more than ${imports.length} secrets`);
  for (const [index, imported] of imports.entries()) {
    if (imported.kind === "bad") report("fault", [...at, index], imported.message);
    else if (imported.isGuessable) {
      report("fault", [...at, index], "is so short that it can be guessed: take 32 random bytes");
    } else if (imported.warning !== undefined) report("warning", [...at, index], imported.warning);
  }
}

function reportScheme(scheme: Scheme, { config, preset, source, report }: Compiling): void {
  const at = ["verify", "preset"];
  if (preset.weak !== undefined && !source.allowWeak) {
    report("fault", at, `"${source.preset}" is weak: ${preset.weak}`, "accept it by allow_weak: true");
  }
  const signsUrl = scheme.kind === "declared" && scheme.content.some(({ kind }) => kind === "url");
  if (signsUrl && config.publicUrl === undefined) {
    report("fault", at, `"${source.preset}" signs the URL that it sends to`, "set public_url");
  }
  if ("code" in preset && preset.code === "http-message" && config.publicUrl === undefined) {
    report("warning", at, "signatures over the URL will not verify without public_url");
  }
  const params = scheme.kind === "declared" ? scheme.content : [];
  for (const name of params.flatMap((part) => part.kind === "param" ? [part.name] : [])) {
    if (!Object.hasOwn(source.params, name)) report("fault", ["verify"], `"${source.preset}" needs params.${name}`);
  }
}
