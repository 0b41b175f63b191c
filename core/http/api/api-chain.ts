import { createHash } from 'node:crypto'
import { Router } from '@koa/router'
import type { Middleware } from 'koa'
import { actorOfApiKey } from '../../identity/index.ts'
import { NotSignedIn } from '../../kernel/index.ts'
import { parseGuarded, type UnsafeJson } from '../../plugins/index.ts'
import { checkInput, noteVerb, once } from '../../records/index.ts'
import { accessLog } from '../chain/access-log.ts'
import { answerTogether } from '../chain/answer-together.ts'
import type { ReadArrival } from '../chain/arrival.ts'
import { compression } from '../chain/compression.ts'
import { dispatch } from '../chain/dispatch.ts'
import { plainAddress } from '../chain/plain-address.ts'
import { mediaType, readText } from '../chain/read-body.ts'
import { requestId } from '../chain/request-id.ts'
import { securityHeaders } from '../chain/security-headers.ts'
import type { RouteCtx, State, Step } from '../context.ts'
import type { HttpDeps } from '../deps.ts'
import { BodyKind, BodyUnreadable } from '../errors.ts'
import { requireScope, type ApiCall, type Endpoint } from './endpoint.ts'
import { endpoints } from './endpoints.ts'
import { openApi } from './open-api.ts'
import { problemExit } from './problem-exit.ts'
import { requestLimit } from './rate-limit.ts'

const BASE = '/api/v1'
const BODY_LIMIT = 256 * 1024
/** Requests a minute: of a key, and of an address that shows no key that works. */
const KEY_LIMIT = 600
const STRANGER_LIMIT = 60

/** What every request for the API passes, in this order. */
export function apiChain(deps: HttpDeps, arrival: ReadArrival): Middleware<State>[] {
  return [
    answerTogether,
    requestId(deps, {}, arrival),
    accessLog,
    compression as Step,
    problemExit,
    securityHeaders,
    plainAddress,
    apiDocument,
    keyActor(deps),
    operations(),
  ]
}

const apiDocument: Step = async (ctx, next) => {
  if (ctx.method !== 'GET' || ctx.path !== `${BASE}/openapi.json`) return next()
  ctx.set('Cache-Control', 'public, max-age=300')
  ctx.body = openApi(ctx.state.origin)
}

function keyActor(deps: HttpDeps): Step {
  const [limitKey, limitStranger] = [
    requestLimit(deps.clock, KEY_LIMIT),
    requestLimit(deps.clock, STRANGER_LIMIT),
  ]
  return async (ctx, next) => {
    const { address, requestId: id } = ctx.state
    const token = /^Bearer (\S{1,200})$/.exec(ctx.get('Authorization'))?.[1]
    const found = token ? await actorOfApiKey(deps, token, { address, requestId: id }) : null
    if (!found) {
      limitStranger(ctx, address)
      throw NotSignedIn({})
    }
    limitKey(ctx, found.keyId)
    ctx.state.actor = { ...found.actor, ...causeOf(ctx) }
    await next()
  }
}

/** A program that acts on an event says which, so that plugins can tell its echo and no two answer each other for ever. */
function causeOf(ctx: Parameters<Step>[0]): { cause?: string } {
  const cause = ctx.get('Berth-Cause')
  return /^evt_\w{1,40}$/.test(cause) ? { cause } : {}
}

function operations(): Middleware<State> {
  const router = new Router<State>({ prefix: BASE })
  for (const endpoint of endpoints) {
    const path = endpoint.path.replaceAll(/\{(\w+)\}/g, ':$1')
    router[endpoint.method](path, (ctx) => answer(ctx, endpoint))
  }
  return dispatch(router)
}

async function answer(ctx: RouteCtx, endpoint: Endpoint): Promise<void> {
  const { deps, actor } = ctx.state
  requireScope(endpoint, actor)
  const text = endpoint.method === 'post' ? await readText(ctx.req, endpoint.bodyLimit ?? BODY_LIMIT) : ''
  const work = async () => {
    const result = await handled(ctx, endpoint, text)
    return { status: endpoint.status, headers: {}, body: result === undefined ? '' : JSON.stringify(result) }
  }
  const key = endpoint.method === 'post' ? ctx.get('Idempotency-Key').slice(0, 200) : ''
  const hash = createHash('sha256').update(`${ctx.path}\n${text}`).digest('base64url')
  const done = key === '' ? await work() : await once(deps, { scope: `api/${actor.id}`, key, hash }, work)
  ctx.status = done!.status
  ctx.body = done!.body
  ctx.type = 'application/json'
}

/** The body is checked before the verb: what is refused there is a refusal of the verb all the same. */
async function handled(ctx: RouteCtx, endpoint: Endpoint, text: string): Promise<unknown> {
  try {
    return await endpoint.handle(callOf(ctx, endpoint, text))
  } catch (error) {
    if (endpoint.permission !== null) noteVerb(error, endpoint.permission, ctx.params)
    throw error
  }
}

function callOf(ctx: RouteCtx, endpoint: Endpoint, text: string): ApiCall {
  const { deps, actor } = ctx.state
  const query = endpoint.query ? checkInput(endpoint.query, { ...ctx.query }) : {}
  const body = endpoint.body ? checkInput(endpoint.body, parsed(ctx, text)) : {}
  return { deps, actor, params: ctx.params as Record<string, string>, query, body }
}

function parsed(ctx: RouteCtx, text: string): unknown {
  const type = mediaType(ctx.req)
  if (type !== 'application/json') throw BodyKind({ type, expected: 'application/json' })
  try {
    return parseGuarded(text)
  } catch (cause) {
    throw BodyUnreadable({ reason: (cause as UnsafeJson).message }, cause)
  }
}
