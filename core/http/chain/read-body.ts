import type { IncomingMessage } from 'node:http'
import { BodyKind, BodyTooLarge, BodyUnreadable } from '../errors.ts'
import type { FormBody, Step } from '../context.ts'

const FORM_LIMIT = 256 * 1024
const FIELDS_MAX = 2000
const KEYS = { _csrf: 'csrf', _once: 'once', _version: 'version' } as const
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype'])

export const emptyForm = (): FormBody => Object.create(null) as FormBody

/** Reads forms of pages. */
export const formBody: Step = async (ctx, next) => {
  if (ctx.method === 'POST') {
    const text = await readText(ctx.req, FORM_LIMIT)
    const type = mediaType(ctx.req)
    if (text !== '' && type !== 'application/x-www-form-urlencoded')
      throw BodyKind({ type, expected: 'a form (application/x-www-form-urlencoded)' })
    const fields = [...new URLSearchParams(text)]
    if (fields.length > FIELDS_MAX) throw BodyTooLarge({ limit: `${FIELDS_MAX} fields` })
    for (const [name, value] of fields) {
      if (name in KEYS) ctx.state.formKeys[KEYS[name as keyof typeof KEYS]] = value
      else put(ctx.state.form, name, value)
    }
  }
  await next()
}

export const mediaType = (request: IncomingMessage): string =>
  (request.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase()

/** The body as text, refused as soon as it is longer than `limit` bytes. */
export async function readText(request: IncomingMessage, limit: number): Promise<string> {
  const tooLarge = () => BodyTooLarge({ limit: `${Math.floor(limit / 1024)} kB` })
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge()
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.length
      if (length > limit) break
      chunks.push(chunk)
    }
  } catch (cause) {
    throw BodyUnreadable({ reason: 'it ended early' }, cause)
  }
  if (length > limit) throw tooLarge()
  return Buffer.concat(chunks).toString('utf8')
}

/** name, name[], name[key]: deeper groups are read as written. */
function put(form: FormBody, name: string, value: string): void {
  const match = /^([^[\]]+)\[([^[\]]*)\]$/.exec(name)
  const field = match ? match[1]! : name
  const key = match?.[2]
  if (FORBIDDEN.has(field) || (key !== undefined && FORBIDDEN.has(key))) return
  if (match === null) return add(form, field, value)
  if (key === '') return add(form, field, value, true)
  const group = form[field]
  const known = group !== undefined && typeof group === 'object' && !Array.isArray(group)
  add(known ? group : (form[field] = emptyForm()), key!, value)
}

function add(form: FormBody, field: string, value: string, asList = false): void {
  const known = form[field]
  if (Array.isArray(known)) known.push(value)
  else if (typeof known === 'string') form[field] = [known, value]
  else if (known === undefined) form[field] = asList ? [value] : value
}
