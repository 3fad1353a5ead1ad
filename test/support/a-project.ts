/** What a start takes out of the config and the handler folder, made of values. */
import { compileRoutes } from "../../src/accept/routes.ts";
import type { Config } from "../../src/config.ts";
import type { Project } from "../../src/daemon/project.ts";
import type { HandlerTable } from "../../src/ports.ts";

export function aProject(config: Config, handlers: HandlerTable): Project {
  const handlerFolder = { files: [], loading: "native", sources: new Map() } as const;
  return { config, routes: compileRoutes(config), handlers, handlerFolder, warnings: [] };
}
