/** What `import ... from "hookd"` gives a handler author: the handler API, and nothing of the daemon. */
export * from "./handler.ts";
