/**
 * The two lines that `serve --dev` prints: an event by `hookd send` and the same by curl, with a real signature
 * over its exact body. Both succeed against the daemon that printed them.
 */
import type { Config, SourceConfig } from "../config.ts";
import { createSender } from "../sender/sender.ts";
import { canSign } from "../sender/sender-presets.ts";
import { CONFIG_FILE, findConfig } from "./admin-target.ts";
import { exampleData, exampleType } from "../sender/example-events.ts";
import type { Needs, RunningDaemon } from "./needs.ts";
import { presetNamed } from "./send-target.ts";
import { shellWord } from "./shell.ts";

/** Undefined when no source of the configuration can be signed for. */
export async function pasteLines(
  daemon: Pick<RunningDaemon, "publicUrl" | "devSecret">,
  configFile: string,
  needs: Needs,
): Promise<{ send: string; curl: string } | undefined> {
  const config = await findConfig(configFile, needs, daemon.devSecret);
  const source = config?.sources.find(({ preset, mode }) => (
    canSign(presetNamed(config, preset)) && mode !== "sender-retry"
  ));
  if (config === undefined || source === undefined) return undefined;
  const url = `${daemon.publicUrl}${source.path}`;
  // A port of the system's choice is not in the file that `hookd send` will read.
  const elsewhere = config.listen.port === 0 ? ["--url", url] : [];
  const named = configFile === CONFIG_FILE ? [] : ["--config", configFile];
  const words = ["send", exampleType(source), "--source", source.name, ...named, ...elsewhere].map(shellWord);
  return { send: `${needs.invocation} ${words.join(" ")}`, curl: curlLine(config, source, url) };
}

function curlLine(config: Config, source: SourceConfig, url: string): string {
  const type = exampleType(source);
  const sender = createSender({
    url,
    secret: source.secrets[0] ?? "",
    preset: presetNamed(config, source.preset),
    publicUrl: config.publicUrl,
    source,
  });
  const request = sender.prepare({ type, data: exampleData(type), headers: { "user-agent": "curl" } });
  const headers = Object.entries(request.headers).flatMap(([name, value]) => ["-H", `${name}: ${value}`]);
  const words = ["curl", "-sS", request.url, ...headers, "--data-binary", new TextDecoder().decode(request.body)];
  return words.map(shellWord).join(" ");
}
