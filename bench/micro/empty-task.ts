/** What the bare pool of `pool.ts` runs in its threads: nothing. */
export default function doNothing(): void {}
