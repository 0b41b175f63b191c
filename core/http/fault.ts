import { UniqueViolation, violatedUnique } from '../db/index.ts'
import type { Messages } from '../i18n/index.ts'
import { BerthError } from '../kernel/index.ts'

/** An error as the outside may see it. `bug` marks what nobody expected: its text stays inside. */
export interface Fault {
  status: number
  code: string
  /** English; see faultText. */
  message: string
  params: Record<string, unknown>
  fields: Record<string, string>
  bug: boolean
}

export function faultOf(error: unknown): Fault {
  if (error instanceof BerthError) {
    const { status, code, message, params, fields } = error
    if (code !== 'database.unique' && status !== 500)
      return { status, code, message, params, fields, bug: false }
  }
  const constraint = violatedUnique(error)
  if (constraint !== null) return known(UniqueViolation({ constraint }))
  if (isRefusedByServer(error)) {
    const { status, message } = error
    return { status, code: `request.refused_${status}`, message, params: {}, fields: {}, bug: false }
  }
  const message = 'Something went wrong on our side. Send us the reference if it happens again.'
  return { status: 500, code: 'server.failed', message, params: {}, fields: {}, bug: true }
}

function known({ status, code, message }: BerthError): Fault {
  return { status, code, message, params: {}, fields: {}, bug: false }
}

/** The reader's own words when there are any: messages under errors.by_code, with the error's params. */
export function faultText(messages: Messages, locale: string, fault: Fault): string {
  const key = `errors.by_code.${fault.code}`
  return messages.has(key, locale) ? messages.translator(locale)(key, plain(fault.params)) : fault.message
}

type Plain = Record<string, string | number | boolean>

function plain(params: Record<string, unknown>): Plain {
  const entries = Object.entries(params).filter(([, value]) =>
    ['string', 'number', 'boolean'].includes(typeof value),
  )
  return Object.fromEntries(entries) as Plain
}

/** Thrown by koa and its router for addresses and headers that cannot be read. */
function isRefusedByServer(error: unknown): error is Error & { status: number } {
  if (!(error instanceof Error)) return false
  const { status } = error as Error & { status?: unknown }
  return typeof status === 'number' && status >= 400 && status < 500
}
