/**
 * Public keys of certificates that a sender names by URL, fetched once each. An unsigned request may ask for one, so
 * that all is bounded: the certificates kept, the fetches under way, their time, and how soon one that failed is tried
 * again. The caller has checked the URL.
 */
import { type KeyObject, X509Certificate } from "node:crypto";
import type { UnixMs } from "../../model.ts";
import type { FetchText } from "./coded.ts";
import { weaknessOf } from "./public-key.ts";

/** A sender has one or two at a time. */
const CERTIFICATES_MAX = 16;
const FETCHES_MAX = 4;
const FAILURES_MAX = 64;
const TRY_AGAIN_MS = 30_000;
/** Senders wait 15 s for the answer (SNS). */
const FETCH_TIMEOUT_MS = 5_000;
const TEXT_MAX = 65_536;

interface Certificate {
  publicKey: KeyObject;
  fromMs: UnixMs;
  untilMs: UnixMs;
}

/** Undefined: there is none that may be used now. */
export type KeyAt = (url: string, now: UnixMs) => KeyObject | undefined | Promise<KeyObject | undefined>;

export interface CertificatesNeeds {
  fetchText: FetchText;
  fetchTimeoutMs?: number;
}

export function createSigningCertificates({ fetchText, fetchTimeoutMs = FETCH_TIMEOUT_MS }: CertificatesNeeds): KeyAt {
  const kept = new Map<string, Certificate>();
  const underWay = new Map<string, Promise<Certificate | undefined>>();
  const failedAt = new Map<string, UnixMs>();

  const fetchOne = async (url: string, now: UnixMs): Promise<Certificate | undefined> => {
    const text = await textWithin(() => fetchText(url), fetchTimeoutMs);
    const certificate = text === undefined ? undefined : readCertificate(text);
    if (certificate === undefined) remember(failedAt, { url, value: now, max: FAILURES_MAX });
    else remember(kept, { url, value: certificate, max: CERTIFICATES_MAX });
    underWay.delete(url);
    return certificate;
  };

  return (url, now) => {
    const known = kept.get(url);
    if (known !== undefined) return usableAt(known, now);
    if (now - (failedAt.get(url) ?? -Infinity) < TRY_AGAIN_MS) return undefined;
    let fetching = underWay.get(url);
    if (fetching === undefined) {
      if (underWay.size >= FETCHES_MAX) return undefined;
      fetching = fetchOne(url, now);
      underWay.set(url, fetching);
    }
    return fetching.then((certificate) => certificate && usableAt(certificate, now));
  };
}

function usableAt({ publicKey, fromMs, untilMs }: Certificate, now: UnixMs): KeyObject | undefined {
  return now >= fromMs && now <= untilMs ? publicKey : undefined;
}

/** The oldest goes when there are too many. */
function remember<T>(map: Map<string, T>, { url, value, max }: { url: string; value: T; max: number }): void {
  map.delete(url);
  map.set(url, value);
  if (map.size > max) map.delete(map.keys().next().value!);
}

/** Never rejects. */
async function textWithin(fetchIt: () => Promise<string | undefined>, timeoutMs: number): Promise<string | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, undefined);
  });
  try {
    const text = await Promise.race([fetchIt(), late]);
    return text !== undefined && text.length <= TEXT_MAX ? text : undefined;
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

function readCertificate(text: string): Certificate | undefined {
  try {
    const { publicKey, validFrom, validTo } = new X509Certificate(text);
    const isStrong = publicKey.asymmetricKeyType === "rsa" && weaknessOf(publicKey) === undefined;
    return isStrong ? { publicKey, fromMs: Date.parse(validFrom), untilMs: Date.parse(validTo) } : undefined;
  } catch {
    return undefined;
  }
}
