import { setTimeout as pause } from 'node:timers/promises'
import type { IncomingHttpHeaders } from 'node:http'
import type { Failure, Faults } from './control/faults.ts'
import { decodeForm } from './inbound/form.ts'
import type { RawFields } from './inbound/form.ts'
import { checkContentType, checkHeaders } from './inbound/headers.ts'
import type { Answer, IdempotencyKeys } from './inbound/idempotency.ts'
import type { Route } from './inbound/route.ts'
import { matchRoute } from './inbound/route.ts'
import { expireSessions } from './money/sessions.ts'
import { Refusal, refuse } from './refusals.ts'
import { routes } from './routes.ts'
import type { World } from './world.ts'

export interface ApiCall {
  id: string
  method: string
  path: string
  query: string
  headers: IncomingHttpHeaders
  body: string
}

export interface ApiMeans {
  world: World
  keys: IdempotencyKeys
  faults: Faults
  secretKey: string
}

interface Work {
  route: Route
  raw: RawFields
  id: string
  key: string | null
}

/** Answers one API call. `lost` means: the work is done, the answer must not arrive. */
export async function serveApi(means: ApiMeans, call: ApiCall): Promise<Answer & { lost: boolean }> {
  const { failure, delay, lost } = means.faults.take(call.method, call.path)
  try {
    const work = prepare(means, call)
    const stored = work.key === null ? null : means.keys.begin(work.key, fingerprint(call, work.raw))
    if (stored) return { ...stored, lost }
    if (delay) await pause(delay.ms)
    return { ...perform(means, { call, work, failure }), lost }
  } catch (error) {
    return { ...refusalAnswer(error, call.id), lost }
  }
}

function prepare(means: ApiMeans, call: ApiCall): Work {
  checkHeaders(call.headers, means.secretKey, call)
  const matched = matchRoute(routes, call.method, call.path)
  if (!matched) throw refuse('route_unknown', { method: call.method, path: call.path })
  checkContentType(call.headers, call.body)
  const raw = decodeForm([call.query, call.body].filter((part) => part !== '').join('&'))
  const key = call.method === 'POST' ? call.headers['idempotency-key'] : undefined
  return { ...matched, raw, key: typeof key === 'string' && key !== '' ? key : null }
}

/** Does the work and keeps the answer under the key, unless nothing was executed. */
function perform(
  means: ApiMeans,
  { call, work, failure }: { call: ApiCall; work: Work; failure: Failure | undefined },
): Answer {
  const { answer, kept } = execute(means.world, { call, work, failure })
  if (work.key === null) return answer
  if (kept) means.keys.finish(work.key, answer)
  else means.keys.forget(work.key)
  return answer
}

function execute(
  world: World,
  { call, work, failure }: { call: ApiCall; work: Work; failure: Failure | undefined },
): { answer: Answer; kept: boolean } {
  if (failure && !failure.work) return failureAnswer(failure, call.id)
  expireSessions(world)
  world.request = { id: call.id, idempotencyKey: work.key }
  try {
    const body = JSON.stringify(work.route.run(world, work.raw, work.id))
    return failure ? failureAnswer(failure, call.id) : { answer: { status: 200, body }, kept: true }
  } catch (error) {
    const kept = !(error instanceof Refusal) || error.kept
    return { answer: refusalAnswer(error, call.id), kept }
  } finally {
    world.request = null
  }
}

function failureAnswer(failure: Failure, request: string): { answer: Answer; kept: boolean } {
  const { status, code, kept = status >= 500 } = failure
  const type = failure.type ?? (status >= 500 ? 'api_error' : 'invalid_request_error')
  const message = failure.message ?? `The simulator was told to answer ${status}.`
  const error = { type, ...(code === undefined ? {} : { code }), message, request_log_url: logUrl(request) }
  return { answer: { status, body: JSON.stringify({ error }) }, kept }
}

function refusalAnswer(error: unknown, request: string): Answer {
  if (error instanceof Refusal) {
    const body = JSON.stringify({ error: { ...error.body, request_log_url: logUrl(request) } })
    return { status: error.status, body }
  }
  const message = `The simulator itself failed: ${error instanceof Error ? error.stack : String(error)}`
  return { status: 500, body: JSON.stringify({ error: { type: 'api_error', message } }) }
}

function logUrl(request: string): string {
  return `https://dashboard.stripe.com/test/logs/${request}`
}

/** The same call again has the same fingerprint, in whatever order its fields stand. */
function fingerprint(call: ApiCall, raw: RawFields): string {
  return `${call.method} ${call.path} ${JSON.stringify(sorted(raw))}`
}

function sorted(raw: RawFields): [string, unknown][] {
  return Object.entries(raw)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => [name, typeof value === 'string' ? value : sorted(value)])
}
