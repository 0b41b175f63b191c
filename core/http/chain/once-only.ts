import { createHash } from 'node:crypto'
import { once, type Answer } from '../../records/index.ts'
import { Html } from '../../render/index.ts'
import type { Ctx, Step } from '../context.ts'

const KEPT_HEADERS = [
  'Content-Type',
  'Location',
  'HX-Redirect',
  'HX-Trigger',
  'HX-Retarget',
  'HX-Reswap',
  'HX-Reselect',
]

/** A form sent twice (double click, reload, lost answer) is done once; the second time gets the first answer. */
export const onceOnly: Step = (ctx, next) => {
  const { once: key } = ctx.state.formKeys
  return ctx.method === 'POST' && key ? doOnce(ctx, key, next) : next()
}

async function doOnce(ctx: Ctx, key: string, next: () => Promise<unknown>): Promise<void> {
  let worked = false
  const answer = await once(ctx.state.deps, requestOf(ctx, key), async () => {
    worked = true
    await next()
    return answerOf(ctx)
  })
  if (worked || answer === null) return
  ctx.status = answer.status
  ctx.body = answer.body
  ctx.set(answer.headers)
}

/** The fields are part of the key: a form that was corrected and sent again is another request. */
function requestOf(ctx: Ctx, key: string): { scope: string; key: string; hash: string } {
  const { form, signedIn, guest } = ctx.state
  const hash = digest(JSON.stringify([ctx.path, form]))
  return { scope: `form/${signedIn?.session.id ?? digest(guest)}`, key: `${key.slice(0, 60)}/${hash}`, hash }
}

/** Only what was done is kept; a refused form may be corrected and sent with the same key. */
function answerOf(ctx: Ctx): Answer | null {
  const body = ctx.body instanceof Html ? ctx.body.text : ctx.body
  if (ctx.status >= 400 || (body !== null && body !== undefined && typeof body !== 'string')) return null
  const kept = KEPT_HEADERS.map((name): [string, string] => [name, ctx.response.get(name)])
  return {
    status: ctx.status,
    headers: Object.fromEntries(kept.filter(([, value]) => value !== '')),
    body: body ?? '',
  }
}

const digest = (text: string): string => createHash('sha256').update(text).digest('base64url')
