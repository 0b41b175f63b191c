import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { Control } from './control/control.ts'
import { serveControl } from './control/serve-control.ts'
import type { PageAnswer, Redirect } from './pages/html.ts'
import { drawPage, escapeHtml } from './pages/html.ts'
import { servePage } from './pages/serve-page.ts'
import { expireSessions } from './money/sessions.ts'
import { Refusal, refuse } from './refusals.ts'
import type { ApiMeans } from './serve-api.ts'
import { serveApi } from './serve-api.ts'
import { API_VERSION } from './version.ts'
import type { Deliveries } from './webhooks/deliveries.ts'
import type { World } from './world.ts'

export interface ServerMeans extends ApiMeans {
  control: Control
  deliveries: Deliveries
}

const LARGEST_BODY = 200_000

export function makeServer(means: ServerMeans): Server {
  return createServer((request, response) => {
    void answer(means, request, response).catch((error: unknown) => {
      console.error(error)
      response.destroy()
    })
  })
}

async function answer(means: ServerMeans, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname: path, search } = new URL(request.url ?? '/', 'http://localhost')
  const method = request.method ?? 'GET'
  const body = await readBody(request)
  if (path.startsWith('/_control/')) {
    const result = await serveControl(means.control, path, body ?? '')
    response.writeHead(result.status, { 'content-type': 'application/json' }).end(result.body)
    return
  }
  response.once('close', () => means.deliveries.send())
  if (path.startsWith('/v1/')) {
    await answerApi(means, { request, response, call: { method, path, query: search.slice(1), body } })
    return
  }
  const shown = page(means.world, { method, path, body: body ?? '' })
  if (means.control.timing === 'before_answer') await means.deliveries.sent()
  sendPage(response, shown)
}

async function answerApi(
  means: ServerMeans,
  at: {
    request: IncomingMessage
    response: ServerResponse
    call: { method: string; path: string; query: string; body: string | undefined }
  },
): Promise<void> {
  const { headers } = at.request
  const id = means.world.nextId('req')
  const { body, ...call } = at.call
  const {
    status,
    body: json,
    lost,
  } = body === undefined
    ? {
        status: 413,
        body: JSON.stringify({ error: refuse('body_too_large', { limit: LARGEST_BODY }).body }),
        lost: false,
      }
    : await serveApi(means, { ...call, id, headers, body })
  if (means.control.timing === 'before_answer') await means.deliveries.sent()
  if (lost) {
    at.response.destroy()
    return
  }
  const key = headers['idempotency-key']
  at.response
    .writeHead(status, {
      'content-type': 'application/json',
      'request-id': id,
      'stripe-version': API_VERSION,
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    })
    .end(json)
}

/** The whole body, or undefined when it is too large. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= LARGEST_BODY) chunks.push(chunk)
  }
  return size > LARGEST_BODY ? undefined : Buffer.concat(chunks).toString('utf8')
}

function page(world: World, request: { method: string; path: string; body: string }): PageAnswer | Redirect {
  try {
    expireSessions(world)
    return servePage(world, request) ?? drawPage(404, 'Not found', '<p>There is no such page.</p>')
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return drawPage(error.status, 'Not found', `<p>${escapeHtml(error.message)}</p>`)
  }
}

function sendPage(response: ServerResponse, answer: PageAnswer | Redirect): void {
  if ('redirect' in answer) {
    response.writeHead(303, { location: answer.redirect }).end()
    return
  }
  response
    .writeHead(answer.status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
    .end(answer.html)
}
