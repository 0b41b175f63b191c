import { createHmac, timingSafeEqual } from 'node:crypto'
import type { WebhookScheme } from './manifest/manifest.ts'

export type HmacScheme = Extract<WebhookScheme, { scheme: 'hmac' }>

/** A delivery as it came. Header names are in lower case. */
export interface Delivery {
  body: string
  headers: Readonly<Record<string, string | undefined>>
}

export type SignatureVerdict =
  | { verdict: 'valid'; eventId: string | undefined }
  | {
      verdict: 'refused'
      reason: 'no_header' | 'malformed' | 'too_old' | 'in_the_future' | 'mismatch' | 'no_secret'
    }

/**
 * Checks a delivery by the manifest's scheme. `nowMs` is the system clock. The body must be the bytes as received.
 * A template that names {t} makes a timestamp obligatory; it may differ from now by `tolerance` seconds either way.
 */
export function checkWebhookSignature(
  scheme: HmacScheme,
  delivery: Delivery,
  secret: string | undefined,
  nowMs: number,
): SignatureVerdict {
  if (secret === undefined || secret === '') return refused('no_secret')
  const header = delivery.headers[scheme.header.toLowerCase()]
  if (header === undefined || header === '') return refused('no_header')
  const fields = headerFields(scheme, header)
  const signed = signedText(scheme, delivery, fields)
  const given =
    scheme.signature === undefined && !hasFields(scheme)
      ? [header]
      : (fields.get(signatureField(scheme)) ?? [])
  if (signed === undefined || given.length === 0) return refused('malformed')
  const right = createHmac(scheme.algorithm, secret)
    .update(signed)
    .digest(scheme.encoding ?? 'hex')
  if (!given.some((one) => sameText(one, right))) return refused('mismatch')
  return ageProblem(scheme, fields, nowMs) ?? { verdict: 'valid', eventId: eventId(scheme, delivery.body) }
}

type Refused = Extract<SignatureVerdict, { verdict: 'refused' }>
const refused = (reason: Refused['reason']): Refused => ({ verdict: 'refused', reason })

/** A template with {t} means a header of fields, "t=…,v1=…,v1=…". */
const hasFields = (scheme: HmacScheme) => scheme.signature !== undefined || scheme.signed.includes('{t}')
const signatureField = (scheme: HmacScheme) => scheme.signature ?? 'v1'

function headerFields(scheme: HmacScheme, header: string): Map<string, string[]> {
  const fields = new Map<string, string[]>()
  if (!hasFields(scheme)) return fields
  for (const part of header.split(',')) {
    const at = part.indexOf('=')
    if (at < 1) continue
    const name = part.slice(0, at)
    fields.set(name, [...(fields.get(name) ?? []), part.slice(at + 1)])
  }
  return fields
}

/** Undefined when the template names something that the delivery has not. */
function signedText(
  scheme: HmacScheme,
  { body, headers }: Delivery,
  fields: ReadonlyMap<string, string[]>,
): string | undefined {
  let whole = true
  const text = scheme.signed.replace(
    /\{(header:)?([\w-]+)\}/g,
    (_all, header: string | undefined, name: string) => {
      if (header === undefined && name === 'body') return body
      const value = header === undefined ? fields.get(name)?.[0] : headers[name.toLowerCase()]
      if (value === undefined) whole = false
      return value ?? ''
    },
  )
  return whole ? text : undefined
}

function ageProblem(
  scheme: HmacScheme,
  fields: ReadonlyMap<string, string[]>,
  nowMs: number,
): Refused | undefined {
  if (scheme.tolerance === undefined) return undefined
  const text = fields.get('t')?.[0]
  if (text === undefined || !/^\d{1,12}$/.test(text)) return refused('malformed')
  const ageSeconds = Math.floor(nowMs / 1_000) - Number(text)
  if (ageSeconds > scheme.tolerance) return refused('too_old')
  return ageSeconds < -scheme.tolerance ? refused('in_the_future') : undefined
}

function sameText(given: string, right: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(right)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** The id by which a delivery is recognised when it comes again; undefined when the body has none. */
export function eventId(scheme: { event_id?: string }, body: string): string | undefined {
  if (scheme.event_id === undefined) return undefined
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    return undefined
  }
  for (const key of scheme.event_id.replace(/^\//, '').split(/[./]/)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as Record<string, unknown>)[key]
  }
  return typeof value === 'string' || typeof value === 'number' ? String(value).slice(0, 255) : undefined
}
