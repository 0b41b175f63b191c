import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { applicationRoutes } from '../application/index.ts'
import { clientRoutes } from '../client/index.ts'
import {
  checkControl,
  controlRoutes,
  failAnswer,
  type Faults,
  type Journal,
  type PterodactylControl,
} from '../control/index.ts'
import { drawErrorPage, pageRoutes } from '../pages/index.ts'
import { settleInstalls } from '../panel/installs.ts'
import type { Panel } from '../panel/panel.ts'
import { apiOf, authenticate, authorize } from './authenticate.ts'
import type { Answer, Call } from './call.ts'
import { findRoute } from './find-route.ts'
import type { LimitRate } from './limit-rate.ts'
import { readBody, readQuery } from './read-request.ts'
import { PanelRefusal } from './refusals.ts'

export interface Company {
  panel: Panel
  control: PterodactylControl
  faults: Faults
  journal: Journal
  limitRate: LimitRate
}

const API_ROUTES = [...applicationRoutes, ...clientRoutes]

/** Answers one request: the controls and pages at once, the two APIs through their faults. */
export async function serve(
  company: Company,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const call = openCall(request)
  if (!call.path.startsWith('/api/')) {
    send(response, await refuse(call, () => answerOwn(company, request, call)))
    return
  }
  const { fail, delay, lose } = company.faults.take(call.method, call.path)
  if (delay) await wait(delay.ms)
  const answer = await refuse(call, () => {
    if (fail) throw failAnswer(fail)
    return answerApi(company, request, call)
  })
  const { method, path } = call
  company.journal.add({ at: company.panel.clock(), method, path, status: answer.status, lost: Boolean(lose) })
  if (lose) request.socket.destroy()
  else send(response, answer)
}

function openCall(request: IncomingMessage): Call {
  const origin = `http://${request.headers.host ?? '127.0.0.1'}`
  const url = new URL(`http://127.0.0.1${request.url ?? '/'}`)
  return {
    method: request.method ?? 'GET',
    path: url.pathname,
    headers: request.headers,
    parts: {},
    query: readQuery(url.searchParams),
    body: {},
    origin,
  }
}

/** Who calls is asked first, then whether the body can be read, whether the call is permitted, and how often. */
async function answerApi(company: Company, request: IncomingMessage, call: Call): Promise<Answer> {
  const { panel } = company
  const { route, parts } = findRoute(API_ROUTES, call.method, call.path)
  const caller = authenticate(panel, call.headers.authorization)
  const body = await readBody(request)
  authorize(route, caller)
  const headers = company.limitRate(apiOf(route.pattern), caller.owner.id)
  settleInstalls(panel)
  const answer = await refuse(call, () => route.answer(panel, { ...call, ...caller, parts, body }))
  return { ...answer, headers: { ...answer.headers, ...headers } }
}

async function answerOwn({ panel, control }: Company, request: IncomingMessage, call: Call): Promise<Answer> {
  settleInstalls(panel)
  if (!call.path.startsWith('/_control/')) {
    const { route, parts } = findRoute(pageRoutes, call.method, call.path)
    return route.answer(panel, { ...call, parts })
  }
  const { route, parts } = findRoute(controlRoutes, call.method, call.path)
  const body = await readBody(request)
  checkControl(route, body)
  return route.answer(control, { ...call, parts, body })
}

/** Errors become JSON only for callers who ask for JSON; the controls speak nothing else. */
async function refuse(call: Call, work: () => Answer | Promise<Answer>): Promise<Answer> {
  try {
    return await work()
  } catch (error) {
    const refused = error instanceof PanelRefusal ? error : wrongUse(call, error)
    const wantsJson = /[/+]json/i.test(call.headers.accept ?? '') || call.path.startsWith('/_control/')
    if (!wantsJson) return drawErrorPage(refused)
    return { status: refused.status, body: { errors: refused.errors }, headers: refused.headers }
  }
}

/** A control that names what is not there is the caller's mistake; anything else is ours and is told in full. */
function wrongUse(call: Call, error: unknown): PanelRefusal {
  const known = error instanceof RangeError && call.path.startsWith('/_control/')
  const status = known ? 404 : 500
  if (!known) console.error(error)
  const detail = known ? error.message : 'The simulated panel failed; its own log has the reason.'
  return new PanelRefusal(status, [
    { code: known ? 'NotFoundHttpException' : 'Exception', status: String(status), detail },
  ])
}

function send(response: ServerResponse, { status, body, headers = {} }: Answer): void {
  const text = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body)
  const type = typeof body === 'object' ? { 'Content-Type': 'application/json' } : {}
  response.writeHead(status, { ...type, 'Cache-Control': 'no-store', ...headers })
  response.end(text)
}
