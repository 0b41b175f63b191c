import { forUpdate, sql, type Trx } from '../../db/index.ts'
import type { Consumer, StoredEvent } from '../../events/index.ts'
import { systemActor } from '../../kernel/index.ts'
import type { Means } from '../../records/index.ts'
import type { InvoiceLineRow } from '../invoice.ts'
import { addCard, noteIssued, sendCode } from './issue-gift-card.ts'
import type { GiftCardRow } from './gift-card.ts'
import { moveGiftCard } from './move-gift-card.ts'

const actor = systemActor('gift_cards')

/** Cards come with the payment of what they were bought with, and go with its credit. */
export function giftCardConsumers(means: Means): Consumer[] {
  return [
    {
      name: 'billing.gift_cards_bought',
      types: ['invoice.paid'],
      handle: (trx, event) => issueBought(means, trx, event),
    },
    {
      name: 'billing.gift_cards_credited',
      types: ['credit_note.issued'],
      handle: (trx, event) => takeCredited(means, trx, event),
    },
  ]
}

interface Buyer {
  id: string
  brand_id: string
  name: string
  email: string
  locale: string
  currency: string
}

const giftCardLines = (trx: Trx, invoiceId: string): Promise<InvoiceLineRow[]> =>
  trx.all<InvoiceLineRow>(
    sql`select * from invoice_lines where invoice_id = ${invoiceId} and kind = 'gift_card' order by position`,
  )

/** A card for each piece of each line, once, however often the invoice is paid, reopened and paid again. */
async function issueBought(means: Means, trx: Trx, event: StoredEvent): Promise<void> {
  if (event.body.credited === true) return
  const lines = await giftCardLines(trx, event.subject)
  if (lines.length === 0) return
  const buyer = (await trx.get<Buyer>(sql`
    select c.id, c.brand_id, c.name, c.email, c.locale, i.currency from invoices i join clients c on c.id = i.client_id
    where i.id = ${event.subject}`))!
  for (const line of lines) {
    const held = await trx.get(sql`select id from gift_cards where line_id = ${line.id} limit 1`)
    if (held) continue
    for (let piece = 1; piece <= line.quantity; piece++) await issuePiece(means, trx, { buyer, line, piece })
  }
}

async function issuePiece(
  means: Means,
  trx: Trx,
  { buyer, line, piece }: { buyer: Buyer; line: InvoiceLineRow; piece: number },
): Promise<void> {
  const amountMinor = line.net_minor / BigInt(line.quantity)
  const card = await addCard(means, trx, {
    ...{ brandId: buyer.brand_id, currency: buyer.currency, amountMinor, origin: 'bought' },
    bought: { client_id: buyer.id, invoice_id: line.invoice_id, line_id: line.id, piece },
  })
  await moveGiftCard(means, trx, { card: card.row, kind: 'bought', amountMinor, clientId: buyer.id })
  await noteIssued(means, trx, card.row, actor)
  const to = { address: buyer.email, name: buyer.name }
  await sendCode(means, trx, { card, to, locale: buyer.locale })
}

/** What is credited of a sale is taken off its cards, as far as it is still on them; the note itself has booked it. */
async function takeCredited(means: Means, trx: Trx, event: StoredEvent): Promise<void> {
  for (const line of await giftCardLines(trx, event.subject)) {
    let credited = -line.net_minor
    const { credits } = JSON.parse(line.trace) as { credits: string }
    const cards = await trx.all<GiftCardRow>(sql`
      select * from gift_cards where line_id = ${credits} and status = 'active' order by id ${forUpdate(trx.dialect)}`)
    for (const card of cards) {
      const taken = card.balance_minor < credited ? card.balance_minor : credited
      if (taken <= 0n) continue
      credited -= taken
      await trx.run(sql`
        update gift_cards set balance_minor = balance_minor - ${taken}, version = version + 1, updated_at = ${means.business.now()}
        where id = ${card.id}`)
      await moveGiftCard(means, trx, { card, kind: 'credited', amountMinor: -taken })
    }
  }
}
