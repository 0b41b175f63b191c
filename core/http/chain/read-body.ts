import type { IncomingMessage } from 'node:http'
import { BodyKind, BodyTooLarge, BodyUnreadable } from '../errors.ts'
import type { Ctx, FormBody, Step } from '../context.ts'
import { bodyShelf } from './body-shelf.ts'

const FORM_LIMIT = 256 * 1024
/** A form with a few files; one file has a limit of its own. */
const FILES_LIMIT = 10 * 1024 * 1024
const FIELDS_MAX = 2000
const hold = bodyShelf()
const KEYS = { _csrf: 'csrf', _once: 'once', _version: 'version' } as const
/** No keyboard writes these and no database of ours keeps all of them; they come along from the clipboard. */
const UNWRITTEN = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/g
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype'])

export const emptyForm = (): FormBody => Object.create(null) as FormBody

/** Reads forms of pages. */
export const formBody: Step = (ctx, next) => (ctx.method === 'POST' ? readForm(ctx).then(next) : next())

async function readForm(ctx: Ctx): Promise<void> {
  const fields = takesFiles(ctx) ? await readParts(ctx) : await readFields(ctx)
  if (fields.length > FIELDS_MAX) throw BodyTooLarge({ limit: `${FIELDS_MAX} fields` })
  for (const [name, value] of fields) {
    if (name in KEYS) ctx.state.formKeys[KEYS[name as keyof typeof KEYS]] = value
    else put(ctx.state.form, name, value.replaceAll(UNWRITTEN, ''))
  }
}

async function readFields(ctx: Ctx): Promise<[string, string][]> {
  const text = (await readBytes(ctx.req, FORM_LIMIT)).toString('utf8')
  const type = mediaType(ctx.req)
  if (text !== '' && type !== 'application/x-www-form-urlencoded')
    throw BodyKind({ type, expected: 'a form (application/x-www-form-urlencoded)' })
  return [...new URLSearchParams(text)]
}

/** Files come with what is ordered; packages of plugins and statements of banks are files. */
const takesFiles = (ctx: Ctx): boolean =>
  mediaType(ctx.req) === 'multipart/form-data' &&
  /^\/(cart\/items(\/[^/]+)?|admin\/plugins\/install|admin\/bank-lines\/import)$/.test(ctx.path)

/** The platform's own parser; files are put aside for the handler, and an empty choice of a file is nothing. */
async function readParts(ctx: Ctx): Promise<[string, string][]> {
  const bytes = await readBytes(ctx.req, FILES_LIMIT)
  const headers = { 'Content-Type': ctx.get('Content-Type') }
  const parts = await new Response(new Uint8Array(bytes), { headers }).formData().catch((cause: unknown) => {
    throw BodyUnreadable({ reason: 'its parts do not fit together' }, cause)
  })
  const fields: [string, string][] = []
  for (const [name, value] of parts) {
    if (typeof value === 'string') fields.push([name, value])
    else if (value.size > 0)
      ctx.state.uploads.set(name, { name: value.name, bytes: new Uint8Array(await value.arrayBuffer()) })
  }
  return fields
}

export const mediaType = (request: IncomingMessage): string =>
  (request.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase()

/** The body as text, refused as soon as it is longer than `limit` bytes. */
export const readText = async (request: IncomingMessage, limit: number): Promise<string> =>
  (await readBytes(request, limit)).toString('utf8')

async function readBytes(request: IncomingMessage, limit: number): Promise<Buffer> {
  const tooLarge = () => BodyTooLarge({ limit: `${Math.floor(limit / 1024)} kB` })
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge()
  const chunks: Buffer[] = []
  let length = 0
  const held = hold(request)
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.length
      held.add(chunk.length)
      if (length > limit) break
      chunks.push(chunk)
    }
  } catch (cause) {
    throw BodyUnreadable({ reason: 'it ended early' }, cause)
  } finally {
    held.end()
  }
  if (length > limit) throw tooLarge()
  return Buffer.concat(chunks)
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
