import { defineHandler, Type } from "hookd";

export default defineHandler({
  event: "push",
  schema: Type.Object({
    ref: Type.String(),
    after: Type.String(),
    commits: Type.Array(Type.Unknown()),
    repository: Type.Object({ full_name: Type.String() }),
  }),
  run(event, context) {
    const { ref, after, commits, repository } = event.data;
    context.log.info("push", { repository: repository.full_name, ref, commits: commits.length });
    return { repository: repository.full_name, ref, after, commits: commits.length };
  },
});
