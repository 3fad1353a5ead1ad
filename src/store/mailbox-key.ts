/** How an operator names a mailbox: `<source>:<ordering key>`. Source names hold no colon, so the first one parts them. */

export interface MailboxKey {
  source: string;
  orderingKey: string;
}

export function formatMailboxKey(key: MailboxKey): string {
  return `${key.source}:${key.orderingKey}`;
}

/** Undefined when there is no colon, or nothing before it. */
export function parseMailboxKey(text: string): MailboxKey | undefined {
  const colon = text.indexOf(":");
  return colon < 1 ? undefined : { source: text.slice(0, colon), orderingKey: text.slice(colon + 1) };
}
