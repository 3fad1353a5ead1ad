import { test } from "node:test";
import { tuneEngine } from "../../src/daemon/tune-engine.ts";

test("the engine takes its settings on every runtime, while the process runs", () => tuneEngine());
