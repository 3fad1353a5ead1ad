/** How a command ends the process otherwise than with 0, after it has said why itself. */

/** 1: it failed. 2: wrong usage or config. */
export class ExitCode extends Error {
  override readonly name = "ExitCode";
  readonly code: 1 | 2;

  constructor(code: 1 | 2) {
    super(`exit code ${code}`);
    this.code = code;
  }
}
