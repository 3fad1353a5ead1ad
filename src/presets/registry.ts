/** All presets by name. */
import { CODE_HOSTS } from "./code-hosts.ts";
import { CODED } from "./coded.ts";
import { COMMERCE } from "./commerce.ts";
import { DOCUMENTS } from "./documents.ts";
import { EMAIL } from "./email.ts";
import { GENERIC } from "./generic.ts";
import { MESSAGING } from "./messaging.ts";
import { PAYMENTS } from "./payments.ts";
import type { Preset } from "./preset.ts";

export const PRESETS: Readonly<Record<string, Preset>> = {
  ...GENERIC,
  ...CODE_HOSTS,
  ...PAYMENTS,
  ...MESSAGING,
  ...COMMERCE,
  ...EMAIL,
  ...DOCUMENTS,
  ...CODED,
};

/** Other names for the same: their senders keep to the rules of that row. */
export const ALIASES: Readonly<Record<string, string>> = {
  generic: "hookd",
  "standard-webhooks": "standard",
  openai: "standard",
  replicate: "standard",
  polar: "standard",
  clerk: "svix",
  resend: "svix",
  whatsapp: "meta",
  twitter: "x",
};

/** For config checks and messages. */
export const PRESET_NAMES: readonly string[] = [...Object.keys(PRESETS), ...Object.keys(ALIASES)];

/** The name of the row that a name or another name stands for. */
export function presetName(name: string): string {
  return Object.hasOwn(ALIASES, name) ? ALIASES[name]! : name;
}

/** Own rows only: a preset called `constructor` does not exist. */
export function presetOf(name: string): Preset | undefined {
  const known = presetName(name);
  return Object.hasOwn(PRESETS, known) ? PRESETS[known] : undefined;
}
