import { checkInput } from '../../records/index.ts'
import { checkTaxIdOf, taxIdKey } from '../../billing/index.ts'
import { findClient } from '../../clients/index.ts'
import { BerthError, invalidInput } from '../../kernel/index.ts'
import { placeOrder, type PlacedOrder } from '../../orders/index.ts'
import { url } from '../../render/index.ts'
import { noteRefusal } from '../chain/note-refusal.ts'
import type { Ctx } from '../context.ts'
import { faultOf, faultText } from '../fault.ts'
import { field, flash, requireBrand, requireClient, seeOther } from '../page/index.ts'
import { knownBuyer, newBuyer, type Buyer } from './buyer.ts'
import { GuestBuyer } from './guest-buyer.ts'
import type { PayWith } from './pay-choices.ts'
import { payOrder } from './pay-order.ts'
import { taxUnknown } from './tax-preview.ts'
import { cartOf } from './visitor-cart.ts'

export interface Placing {
  /** Version of the terms that was accepted. */
  terms: string
  /** Null when nothing is to be paid. */
  payWith: PayWith | null
}

/** Terms are accepted in the version that was shown. */
export function requireTerms(ctx: Ctx, version: string): void {
  if (field(ctx, 'terms') !== version) throw invalidInput({ terms: 'must be accepted' })
}

/** Account if there is none yet, order, payment: each stands by itself, and the next begins when it stands. */
export async function placeAndPay(ctx: Ctx, placing: Placing): Promise<void> {
  if (ctx.state.signedIn) {
    const { actor, client } = requireClient(ctx)
    const buyer = await knownBuyer(ctx, await findClient(ctx.state.deps.db, actor, client.id, 'order.place'))
    return finish(ctx, await place(ctx, buyer, placing), { buyer, placing })
  }
  checkInput(GuestBuyer, guestInput(ctx))
  const buyer = await newBuyer(ctx)
  const order = await place(ctx, buyer, placing).catch((error: unknown) => backToCart(ctx, error))
  if (order) await finish(ctx, order, { buyer, placing })
}

const guestInput = (ctx: Ctx) => ({
  email: field(ctx, 'email'),
  name: field(ctx, 'name'),
  country: field(ctx, 'country'),
})

/** The account exists now: the buyer goes on as a known one, from the cart, and reads what was refused. */
async function backToCart(ctx: Ctx, error: unknown): Promise<null> {
  const fault = faultOf(error)
  if (!(error instanceof BerthError) || fault.bug) throw error
  await noteRefusal(ctx, error)
  const text = faultText(ctx.state.deps.messages, ctx.state.locale, fault)
  flash(ctx, { tone: 'warn', title: ctx.state.t('storefront.checkout.account_made'), text })
  seeOther(ctx, '/cart')
  return null
}

/**
 * A business that names a tax id for the first time is asked about before its first invoice, outside of the order. The
 * register may be away: then the invoice bears tax, as for any buyer without a valid id.
 */
async function askAboutTaxId(ctx: Ctx, buyer: Buyer): Promise<void> {
  const { deps, actor } = ctx.state
  const client = await findClient(deps.db, buyer.actor, buyer.clientId, 'order.place')
  const { tax_id: taxId, tax_id_valid_for: validFor, country } = client
  if (taxId === null || validFor === taxIdKey(country, taxId)) return
  await checkTaxIdOf(deps, client, actor)
}

async function place(ctx: Ctx, buyer: Buyer, { terms, payWith }: Placing): Promise<PlacedOrder> {
  const { deps, formKeys, address } = ctx.state
  await askAboutTaxId(ctx, buyer)
  const { token } = cartOf(ctx)
  const [note, seen] = [field(ctx, 'note'), field(ctx, 'seen_added')]
  const input = {
    brand_id: requireBrand(ctx).id,
    client_id: buyer.clientId,
    once_key: formKeys.once ?? deps.newId('req'),
    ...(token ? { cart_token: token } : {}),
    ...(payWith?.kind === 'gateway' ? { instance_id: payWith.id } : {}),
    terms: { version: terms, accepted: true },
    evidence: { address, country: field(ctx, 'country') },
    agent: ctx.get('User-Agent').slice(0, 500),
    ...(seen ? { seen_added_minor: seen } : {}),
    ...(note ? { note } : {}),
  }
  return placeOrder(deps.orders, input, buyer.actor).catch((error: unknown) => {
    throw taxUnknown(error)
  })
}

async function finish(
  ctx: Ctx,
  order: PlacedOrder,
  { buyer, placing }: { buyer: Buyer; placing: Placing },
): Promise<void> {
  const href = url(`/orders/${order.id}`, { key: order.access_key })
  if (placing.payWith === null || order.total_minor === '0') return seeOther(ctx, href)
  await payOrder(ctx, { invoiceId: order.invoice_id, href, payWith: placing.payWith }, buyer.actor)
}
