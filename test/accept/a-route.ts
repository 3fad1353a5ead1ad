/** Builders of this room: a source of preset `hookd` that takes any JSON, and its compiled route. */
import assert from "node:assert/strict";
import { compileRoutes, type Route } from "../../src/accept/routes.ts";
import type { Config, SourceConfig } from "../../src/config.ts";
import { aConfig, aSource } from "../support/a-config.ts";

export const SECRET = "a secret of more than sixteen bytes";

export function anAcceptSource(over: Partial<SourceConfig> = {}): SourceConfig {
  return aSource({ secrets: [SECRET], mode: "ack", type: undefined, data: "json:", order: undefined, ...over });
}

export function anAcceptConfig(over: Partial<Config> = {}): Config {
  const base = aConfig();
  return {
    ...base,
    listen: { host: "127.0.0.1", port: 0 },
    limits: { ...base.limits, bodyBytesMax: 64 * 1024, queueMax: 2000 },
    sources: [anAcceptSource()],
    ...over,
  };
}

export function aRoute(over: Partial<SourceConfig> = {}, config: Partial<Config> = {}): Route {
  const source = anAcceptSource(over);
  const route = compileRoutes(anAcceptConfig({ sources: [source], ...config })).bySource.get(source.name);
  assert(route !== undefined, "the source has a fault");
  return route;
}
