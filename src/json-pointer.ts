/** JSON pointers, RFC 6901: in a step `~1` stands for a slash and `~0` for a tilde. */

/** The steps of a pointer that is well formed, unescaped; none for "", which is the whole document. */
export function pointerSteps(pointer: string): string[] {
  return pointer.split("/").slice(1).map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** A name as it stands in a pointer. */
export function pointerStep(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}
