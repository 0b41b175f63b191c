import { Type } from '../../../sdk/index.ts'
import { forUpdate, sql, type Trx } from '../../db/index.ts'
import { systemActor, type Actor } from '../../kernel/index.ts'
import { applyTransition, defineVerb, type Means } from '../../records/index.ts'
import { account } from '../ledger.ts'
import { eachByItself } from '../run/each-by-itself.ts'
import { GiftCardWasBought } from './errors.ts'
import { getGiftCard, giftCardLifecycle, type GiftCardRow } from './gift-card.ts'
import { moveGiftCard, type CardMovement } from './move-gift-card.ts'

/** Takes a card back that staff gave away: what is left of it is no expense any more. */
export const voidGiftCard = defineVerb(
  {
    permission: 'gift_card.void',
    asks: ['gift_card.void:check'],
    audience: ['staff'],
    input: Type.Object({ id: Type.String(), reason: Type.String({ minLength: 1, maxLength: 500 }) }),
  },
  (means: Means, { id, reason }, actor): Promise<void> =>
    means.db.transaction(async (trx) => {
      await getGiftCard(trx, actor, id)
      const card = await lockCard(trx, id)
      if (card.origin === 'bought') throw GiftCardWasBought({ invoice: await numberOf(trx, card) })
      const to = account.giftCardGrants
      await end(means, trx, { card, name: 'void', kind: 'voided', to, reason }, actor)
    }),
)

async function numberOf(trx: Trx, card: GiftCardRow): Promise<string> {
  const row = await trx.get<{ number: string | null }>(
    sql`select number from invoices where id = ${card.invoice_id}`,
  )
  return row?.number ?? ''
}

async function lockCard(trx: Trx, id: string): Promise<GiftCardRow> {
  const row = await trx.get<GiftCardRow>(
    sql`select * from gift_cards where id = ${id} ${forUpdate(trx.dialect)}`,
  )
  return row!
}

interface Ending {
  card: GiftCardRow
  name: 'void' | 'expire'
  kind: CardMovement['kind']
  /** Account that what was left goes to. */
  to: string
  reason?: string
}

async function end(
  means: Means,
  trx: Trx,
  { card, name, kind, to, reason }: Ending,
  actor: Actor,
): Promise<void> {
  const left = card.balance_minor
  const change = {
    set: { balance_minor: 0n },
    ...(reason === undefined ? {} : { reason }),
    body: { left_minor: left.toString() },
  }
  await applyTransition(means, trx, { lifecycle: giftCardLifecycle, row: card, name, actor, change })
  if (left === 0n) return
  await moveGiftCard(means, trx, {
    ...{ card, kind, amountMinor: -left },
    postings: [
      { account: account.giftCards, amountMinor: left },
      { account: to, amountMinor: -left },
    ],
  })
}

const actor = systemActor('gift_cards')

/** The daily step: what nobody redeemed in time is income. Answers how many cards. */
export async function expireGiftCards(means: Means): Promise<number> {
  const rows = await means.db.all<{ id: string; expires_on: string; zone: string }>(sql`
    select g.id, g.expires_on, b.zone from gift_cards g join brands b on b.id = g.brand_id
    where g.status = 'active' and g.expires_on is not null order by g.id`)
  const over = rows.filter((row) => row.expires_on < means.business.today(row.zone))
  const daily = { refusal: 'gift_card.expire_refused', failure: 'gift_card.expire_failed', actor }
  let expired = 0
  for (const { id } of over)
    expired += await eachByItself(means, { ...daily, ids: [id] }, async (trx) => {
      const card = await lockCard(trx, id)
      if (card.status !== 'active') return 0
      await end(means, trx, { card, name: 'expire', kind: 'expired', to: account.revenue('breakage') }, actor)
      return 1
    })
  return expired
}
