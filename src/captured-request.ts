/** A request that somebody kept, with all that it takes to verify it: what `hookd verify` gives to the explainer. */
import type { RawHeaders, UnixMs } from "./model.ts";
import type { Preset } from "./presets/preset.ts";

export interface CapturedRequest {
  preset: Preset;
  secrets: readonly string[];
  /** By place in the list: until when a secret counts; undefined for one that always does. */
  notAfter?: readonly (UnixMs | undefined)[];
  method: string;
  /** As the sender knows it; undefined: nobody said. */
  url: string | undefined;
  query: string;
  /** Path and query of the request line, where that is known; `url` may be quite another. */
  target: string | undefined;
  headers: RawHeaders;
  body: Uint8Array;
  /** What time it is taken to be. */
  now: UnixMs;
  /** Undefined: the preset's. */
  toleranceMs: number | undefined;
  params: Readonly<Record<string, string>>;
  /** Verified as a source of hookd.yaml would: what its params leave out is as the daemon fills it in. */
  isOfSource?: boolean;
}
