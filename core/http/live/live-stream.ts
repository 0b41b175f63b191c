import type { Actor } from '../../kernel/index.ts'
import type { RouteCtx, RouteStep } from '../context.ts'
import { readCookie, sideOf, signedInBy } from '../chain/session.ts'
import type { LiveMessage } from './live-bus.ts'

const BEAT_MS = 25_000
const STREAMS_MAX = 8
const open = new Map<string, number>()

/**
 * The event stream of a page: each message is sent under the name of the event and under the id of the record, so that
 * parts listen to either. At each beat the session is looked at again; the stream ends with it.
 */
export const liveStream: RouteStep = async (ctx) => {
  const { signedIn, deps } = ctx.state
  const id = signedIn!.session.id
  const streams = open.get(id) ?? 0
  if (streams >= STREAMS_MAX) {
    ctx.status = 429
    ctx.body = ''
    return
  }
  open.set(id, streams + 1)
  const end = start(ctx)
  const stop = deps.live.listen((message) => {
    if (concerns(ctx.state.actor, message)) send(ctx, message)
  })
  const beat = setInterval(() => {
    stillSignedIn(ctx).then(
      (signed) => (signed ? ctx.res.write(': beat\n\n') : end()),
      () => end(),
    )
  }, BEAT_MS)
  beat.unref()
  ctx.res.once('close', () => {
    clearInterval(beat)
    stop()
    const left = (open.get(id) ?? 1) - 1
    if (left > 0) open.set(id, left)
    else open.delete(id)
  })
}

/** Clients hear of their own client, staff of the brands that they work for. */
export function concerns(actor: Actor, message: LiveMessage): boolean {
  if (actor.kind === 'staff')
    return actor.brandIds === 'all' || message.brandId === null || actor.brandIds.includes(message.brandId)
  if (actor.kind !== 'client') return false
  return message.id === actor.id || actor.grants.some(({ clientId }) => clientId === message.clientId)
}

function start(ctx: RouteCtx): () => void {
  ctx.respond = false
  ctx.res.writeHead(200, {
    ...(ctx.response.headers as Record<string, string>),
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-store',
    'X-Accel-Buffering': 'no',
  })
  ctx.res.write('retry: 3000\n\n')
  return () => void ctx.res.end()
}

/** Names and ids are made of letters, digits, dots and underscores: nothing can break out of a line. */
function send(ctx: RouteCtx, { name, id }: LiveMessage): void {
  ctx.res.write(`event: ${name}\ndata: ${id}\n\nevent: ${id}\ndata: ${name}\n\n`)
}

async function stillSignedIn(ctx: RouteCtx): Promise<boolean> {
  const token = readCookie(ctx, sideOf(ctx))
  return token !== undefined && (await signedInBy(ctx, token)) !== null
}
