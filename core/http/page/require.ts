import type { ClientChoice, SignedIn } from '../../identity/index.ts'
import { may, type Audience } from '../../records/index.ts'
import { NotSignedIn, type Actor } from '../../kernel/index.ts'
import type { Ctx, ShopBrand, State, Step } from '../context.ts'
import { NoClientChosen, ShopNotOpen } from '../errors.ts'
import { seeOther } from './page.ts'

/** Everything about whoever is signed in as a client; leads to the sign-in page and back when nobody is. */
export function requireUser(ctx: Ctx): SignedIn & { actor: Actor } {
  const { signedIn, actor } = ctx.state
  if (signedIn?.actor.kind !== 'client') throw NotSignedIn({})
  return { ...signedIn, actor }
}

/** The client that the session acts for. A user of several is asked to choose first (see clientsOnly). */
export function requireClient(ctx: Ctx): SignedIn & { actor: Actor; client: ClientChoice } {
  const user = requireUser(ctx)
  const { client } = ctx.state
  if (!client) throw NoClientChosen({})
  return { ...user, client }
}

export function requireStaff(ctx: Ctx): SignedIn & { actor: Actor } {
  const { signedIn, actor } = ctx.state
  if (signedIn?.actor.kind !== 'staff') throw NotSignedIn({})
  return { ...signedIn, actor }
}

export function requireBrand(ctx: { state: Pick<State, 'brand'> }): ShopBrand {
  if (!ctx.state.brand) throw ShopNotOpen({})
  return ctx.state.brand
}

/** Step before the portal's routes: signed in, and acting for one client when there are several to choose from. */
export const clientsOnly: Step = (ctx, next) => {
  const { clients } = requireUser(ctx)
  const active = clients.filter(({ status }) => status === 'active')
  if (!ctx.state.client && active.length > 1) {
    seeOther(ctx, `/portal/switch?next=${encodeURIComponent(ctx.method === 'GET' ? ctx.url : '/portal')}`)
    return
  }
  return next()
}

export const staffOnly: Step = (ctx, next) => {
  requireStaff(ctx)
  return next()
}

/** Whether the page may offer what the verb does. */
export const can = (ctx: Ctx, verb: { permission: string; audience: readonly Audience[] }): boolean =>
  may(ctx.state.actor, verb)

/** A way back that stays with us: a path of this host, or the fallback. */
export function safePath(text: unknown, fallback: string): string {
  return typeof text === 'string' && /^\/(?![/\\])[^\\\s]*$/.test(text) && text.length < 2000
    ? text
    : fallback
}
