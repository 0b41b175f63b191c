import type Stripe from 'stripe'
import type { Balances, GatewayMovement, Payouts } from '../../sdk/index.ts'
import { fromStripe } from './amounts.ts'
import type { Shop } from './connect.ts'
import { dayOf, readMovements, startOf, type DayQuery } from './movements.ts'

type Told = Payouts['payouts'][number]

const STATUSES: Record<string, Told['status']> = {
  ...{ pending: 'pending', in_transit: 'in_transit', paid: 'paid', failed: 'failed', canceled: 'cancelled' },
}
/** As many pages of a payout as one call reads. */
const PAGES = 20
/** Between the payout that was told last and the movement that was. */
const MARK = '/'

/**
 * One payout a call, the newest first, with what it is made of: those that arrive from that day on, so that one is told
 * again when it arrives and when it comes back.
 */
export async function listPayouts(shop: Shop, { from, cursor = '' }: DayQuery): Promise<Payouts> {
  const [after = '', item] = cursor.split(MARK)
  const { data, has_more: more } = await shop.stripe.payouts.list({
    arrival_date: { gte: startOf(from) },
    limit: 1,
    expand: ['data.balance_transaction'],
    ...(after === '' ? {} : { starting_after: after }),
  })
  const [payout] = data
  if (payout === undefined) return { payouts: [] }
  const { items, next } = await itemsOf(shop, payout, item)
  const told = toldOf(payout, items, next === undefined && isItemised(payout))
  if (next !== undefined) return { payouts: [told], cursor: `${after}${MARK}${next}` }
  return { payouts: [told], ...(more ? { cursor: payout.id } : {}) }
}

/** Stripe tells what a payout is made of once it has made that up, and never for one that was asked for by hand. */
const isItemised = (payout: Stripe.Payout): boolean =>
  payout.automatic && payout.reconciliation_status === 'completed'

async function itemsOf(shop: Shop, payout: Stripe.Payout, from: string | undefined) {
  const items: GatewayMovement[] = []
  let next = from
  if (!isItemised(payout)) return { items, next: undefined }
  for (let page = 0; page < PAGES; page++) {
    const query = { payout: payout.id, ...(next === undefined ? {} : { starting_after: next }) }
    const read = await readMovements(shop, query)
    items.push(...read.movements)
    next = read.next
    if (next === undefined) break
  }
  return { items, next }
}

function toldOf(payout: Stripe.Payout, items: GatewayMovement[], itemised: boolean): Told {
  const moved = payout.balance_transaction
  const fee = moved === null || typeof moved === 'string' ? 0 : moved.fee
  return {
    reference: payout.id,
    amount: fromStripe(payout.amount, payout.currency),
    fee: fromStripe(fee, payout.currency),
    // A status that this plugin does not know says only that it is not there yet.
    status: STATUSES[payout.status] ?? 'pending',
    arrives_on: dayOf(payout.arrival_date),
    items,
    itemised,
  }
}

/** What Stripe holds of ours. */
export async function balances({ stripe }: Shop): Promise<Balances> {
  const { available, pending, connect_reserved: reserved = [] } = await stripe.balance.retrieve()
  const told = (kind: Balances['balances'][number]['kind'], sums: { amount: number; currency: string }[]) =>
    sums.map(({ amount, currency }) => ({ kind, amount: fromStripe(amount, currency) }))
  return {
    balances: [...told('available', available), ...told('pending', pending), ...told('reserved', reserved)],
  }
}
