import { sql } from '../../../core/db/index.ts'
import { createQuote, sendQuote } from '../../../core/orders/index.ts'
import { makeRealShop } from '../../orders/real-shop.ts'
import { staffActor } from '../../support/make.ts'
import { of, on, reason, type Decisions, type Ground, type Prepare } from './deciding.ts'

const order = of('orders', 'order')
const quote = of('quotes', 'quote')

async function drafted({ means }: Ground): Promise<string> {
  const { client, wish } = await makeRealShop(means)
  const content = {
    client_id: client.id,
    title: 'Two',
    expires_on: '2026-02-14',
    products: [wish],
    lines: [],
  }
  return createQuote(means, content as never, staffActor())
}

const accepting: Prepare = async (ground) => {
  const quote_id = await drafted(ground)
  await sendQuote(ground.means, { quote_id }, staffActor())
  const row = await ground.means.db.get<{ brand_id: string }>(
    sql`select brand_id from quotes where id = ${quote_id}`,
  )
  const terms = { version: '1', accepted: true }
  return { input: { ...row, quote_id, version_number: 1, name: 'Ada Quay', terms } }
}

export const decisionsOnOrders: Decisions = {
  'order.place': {
    'order.place:check': async ({ means }) => {
      const shop = await makeRealShop(means)
      return { input: shop.order(), actor: shop.buyer }
    },
  },
  'order.hold': { 'order.hold:check': order('placed') },
  'order.accept': { 'order.accept:check': order('placed', {}) },
  'order.reject': { 'order.reject:check': order('placed') },
  'order.mark_fraud': { 'order.mark_fraud:check': order('placed') },
  'order.clear_fraud': { 'order.clear_fraud:check': order('fraud') },
  'order.cancel': { 'order.cancel:check': order('placed') },
  'quote.send': { 'quote.send:check': async (ground) => ({ input: { quote_id: await drafted(ground) } }) },
  'quote.accept': { 'quote.accept:check': accepting },
  'quote.revise': { 'quote.revise:check': quote('sent', {}) },
  'quote.withdraw': { 'quote.withdraw:check': quote('sent') },
  'quote.decline': {
    'quote.decline:check': on(
      'quotes',
      { status: 'sent' },
      { brand_id: 'brd_a', quote_id: 'x', version_number: 1, ...reason },
    ),
  },
}
