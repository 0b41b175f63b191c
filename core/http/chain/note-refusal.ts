import { recordRefusal } from '../../identity/index.ts'
import type { Ctx } from '../context.ts'

/** What a form, a page or a call of the API was refused, for staff; reading leaves nothing. */
export async function noteRefusal(ctx: Ctx, error: unknown): Promise<void> {
  if (ctx.method === 'GET' || ctx.method === 'HEAD') return
  await recordRefusal(ctx.state.deps, error, ctx.state.actor, `${ctx.method} ${patternOf(ctx.path)}`)
}

/** Ids and tokens in an address are no part of what was done; a token is a secret. */
const patternOf = (path: string): string =>
  path
    .split('/')
    .map((segment) => (/\d/.test(segment) || segment.length > WORD_MAX ? ':id' : segment))
    .join('/')

const WORD_MAX = 24
