import { findBrand } from '../../brands/index.ts'
import { changeClient, prepareRegistration, registerClient, type Client } from '../../clients/index.ts'
import { countAttempts, limits, startOwnSession, type SignedIn } from '../../identity/index.ts'
import { NotSignedIn, type Actor } from '../../kernel/index.ts'
import type { Ctx } from '../context.ts'
import { signedInBy, takeSession } from '../chain/session.ts'
import { field, requireBrand, requireClient } from '../page/index.ts'
import { joinVisitorCart } from './visitor-cart.ts'

/** Who orders, and for which client. */
export interface Buyer {
  actor: Actor
  clientId: string
}

/** Fields of the checkout that say who is billed. */
export const BILL_FIELDS = [
  'country',
  'company',
  'address_1',
  'postcode',
  'city',
  'region',
  'tax_id',
] as const
export type BillField = (typeof BILL_FIELDS)[number]

/** Whoever is signed in; what was changed about the address is written down before the order. */
export async function knownBuyer(ctx: Ctx, client: Client): Promise<Buyer> {
  const { actor } = requireClient(ctx)
  const changed = BILL_FIELDS.filter(
    (name) => sent(ctx, name) !== undefined && sent(ctx, name) !== (client[name] ?? ''),
  )
  if (changed.length > 0) {
    const profile = Object.fromEntries(changed.map((name) => [name, sent(ctx, name)]))
    await changeClient(ctx.state.deps, { client_id: client.id, profile }, actor)
  }
  return { actor, clientId: client.id }
}

/**
 * Makes the account of a guest and signs the browser in. It stands by itself: when the order that follows is refused,
 * the buyer has an account, a session and the cart, and nothing of an order.
 */
export async function newBuyer(ctx: Ctx): Promise<Buyer> {
  const { deps, actor, locale, currency } = ctx.state
  await countAttempts(deps, [[limits.signUpByAddress, actor.address ?? 'unknown']])
  const brand = await findBrand(deps.db, requireBrand(ctx).id)
  const { password } = ctx.state.form
  const registration = await prepareRegistration({
    ...{ brand, locale, currency, profile: guestProfile(ctx) },
    password: typeof password === 'string' ? password : '',
  })
  const agent = ctx.get('User-Agent').slice(0, 300)
  const made = await deps.db.transaction(async (trx) => {
    const { user, client } = await registerClient(deps, trx, registration, actor)
    const { token } = await startOwnSession(deps, trx, user, { actor, agent })
    return { token, clientId: client.id }
  })
  takeSession(ctx, made.token)
  const signedIn = await signInSession(ctx, made.token)
  await joinVisitorCart(ctx, signedIn.actor)
  return { actor: signedIn.actor, clientId: made.clientId }
}

function guestProfile(ctx: Ctx) {
  const company = field(ctx, 'company')
  const optional = BILL_FIELDS.flatMap((name) => {
    const value = field(ctx, name)
    return value === '' ? [] : [[name, value] as const]
  })
  return {
    ...{ name: field(ctx, 'name'), email: field(ctx, 'email'), country: field(ctx, 'country') },
    kind: company === '' ? ('person' as const) : ('company' as const),
    ...Object.fromEntries(optional),
  }
}

function sent(ctx: Ctx, name: string): string | undefined {
  return ctx.state.form[name] === undefined ? undefined : field(ctx, name)
}

/** Everything about the session that was just started. */
export async function signInSession(ctx: Ctx, token: string): Promise<SignedIn> {
  const signedIn = await signedInBy(ctx, token)
  if (!signedIn) throw NotSignedIn({})
  return signedIn
}
