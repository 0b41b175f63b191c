import type { IncomingMessage } from 'node:http'
import { isFields, type Fields } from '../rules/index.ts'
import { refusal } from './refusals.ts'

const BODY_LIMIT = 1024 * 1024

/** A body that is not sent as JSON is not read, so its fields count as missing. */
export async function readBody(request: IncomingMessage): Promise<Fields> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= BODY_LIMIT) chunks.push(chunk)
  }
  if (size > BODY_LIMIT) throw refusal('body_too_large')
  const text = Buffer.concat(chunks).toString('utf8')
  if (text === '' || !/[/+]json/i.test(request.headers['content-type'] ?? '')) return {}
  const body = tidy(parse(text))
  return isFields(body) ? body : {}
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw refusal('malformed_json')
  }
}

/** The panel trims every text and reads an empty one as null. */
function tidy(value: unknown): unknown {
  if (typeof value === 'string') return value.trim() || null
  if (Array.isArray(value)) return value.map(tidy)
  if (!isFields(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, tidy(part)]))
}

/** `a[b]=1&c[]=2&c[]=3` becomes `{a: {b: "1"}, c: ["2", "3"]}`. */
export function readQuery(parameters: URLSearchParams): Fields {
  const query: Fields = {}
  for (const [name, value] of parameters) {
    const [, field = name, inner] = /^([^[]+)\[([^\]]*)\]$/.exec(name) ?? []
    if (inner === undefined) query[field] = value
    else if (/^\d*$/.test(inner)) query[field] = [...listOf(query[field]), value]
    else query[field] = { ...(isFields(query[field]) ? query[field] : {}), [inner]: value }
  }
  return query
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}
