/** How the compilation of a source tells what is wrong with it; each with its place in hookd.yaml. */

/** Something that is wrong with a source; `path` leads to it in hookd.yaml. */
export interface SourceFault {
  severity: "fault" | "warning";
  path: (string | number)[];
  message: string;
  hint?: string;
}

/** `at`: below the source. */
export type Report = (
  severity: SourceFault["severity"],
  at: (string | number)[],
  message: string,
  hint?: string,
) => void;
