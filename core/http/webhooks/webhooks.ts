import type { IncomingMessage, ServerResponse } from 'node:http'
import { receiveWebhook } from '../../billing/index.ts'
import { isId } from '../../kernel/index.ts'
import type { ReadArrival } from '../chain/arrival.ts'
import { readText } from '../chain/read-body.ts'
import type { HttpDeps } from '../deps.ts'
import { faultOf } from '../fault.ts'
import { strangerBudget, type StrangerBudget } from './stranger-budget.ts'
import { unwrittenRefusals } from './unwritten-refusals.ts'
import { webhookWriter, type StoreWebhook } from './webhook-writer.ts'

const PREFIX = '/webhooks/'
const BODY_LIMIT = 512 * 1024
/** Never stored: they concern the connection, or are credentials of a browser. */
const DROPPED = new Set(['connection', 'cookie', 'host', 'content-length', 'transfer-encoding', 'keep-alive'])
const ANSWERS: Record<number, string> = {
  200: '{"received":true}',
  400: '{"error":"The signature is missing or wrong."}',
  404: '{"error":"There is no such webhook address."}',
  405: '{"error":"Only POST is taken here."}',
  413: '{"error":"The body is too large."}',
  429: '{"error":"Too many events came within a minute. Send it again later."}',
  500: '{"error":"It could not be stored. Send it again."}',
}

export const isWebhook = (request: IncomingMessage): boolean => request.url!.startsWith(PREFIX)

/**
 * `POST /webhooks/{instance}`: 200 says that the event is on disk and cannot be lost. Bare node:http, because senders
 * come in crowds and need no session, no language and no page.
 */
export function webhookHandler(deps: HttpDeps, arrival: ReadArrival) {
  const store = webhookWriter(deps)
  const budget = strangerBudget()
  const countUnwritten = unwrittenRefusals(deps.log)
  return (request: IncomingMessage, response: ServerResponse): void => {
    take({ deps, store, budget, countUnwritten }, request, arrival(request).address).then(
      (status) => answer(response, status),
      (error: unknown) => {
        const fault = faultOf(error)
        if (fault.bug || fault.status >= 500)
          deps.log.error({ err: error, url: request.url }, 'webhook not stored')
        answer(response, fault.status in ANSWERS ? fault.status : 500)
      },
    )
  }
}

interface Desk {
  deps: HttpDeps
  store: StoreWebhook
  budget: StrangerBudget
  countUnwritten(instanceId: string): void
}

async function take(
  { deps, store, budget, countUnwritten }: Desk,
  request: IncomingMessage,
  address: string,
): Promise<number> {
  if (request.method !== 'POST') return 405
  const [instanceId = ''] = request.url!.slice(PREFIX.length).split('?')
  if (!isId('plg', instanceId)) return 404
  const body = await readText(request, BODY_LIMIT)
  const headers = plainHeaders(request)
  const verdict = await deps.webhooks.verdict(instanceId, { body, headers })
  const webhook = { instanceId, headers, body, address }
  if (verdict.verdict === 'accepted') {
    if (!verdict.verified && !budget.event(instanceId, address, body.length)) return 429
    await store({ webhook, verdict })
    return 200
  }
  if (budget.refusal(instanceId)) await receiveWebhook(deps, webhook, verdict)
  else countUnwritten(instanceId)
  return 400
}

function plainHeaders({ headers }: IncomingMessage): Record<string, string> {
  const plain: Record<string, string> = {}
  for (const name in headers) if (!DROPPED.has(name)) plain[name] = String(headers[name])
  return plain
}

function answer(response: ServerResponse, status: number): void {
  if (response.headersSent) return
  const body = ANSWERS[status]!
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...(status === 429 ? { 'Retry-After': '60' } : {}),
  })
  response.end(body)
}
