/**
 * Which events are logged when `log.sample` is below 1. The id decides, so that all lines of an event are kept
 * or dropped together, also across restarts and nodes.
 */

/** Whether an event belongs to the logged share (0 to 1) of all events. */
export function isSampled(eventId: string, share: number): boolean {
  return share >= 1 || hash(eventId) < share * 2 ** 32;
}

/** FNV-1a with the finish of MurmurHash3, as an unsigned 32-bit number: even though ids of a moment look alike. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
