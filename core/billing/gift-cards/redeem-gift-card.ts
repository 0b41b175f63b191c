import { toDecimal, Type } from '../../../sdk/index.ts'
import { recordAudit } from '../../audit/index.ts'
import { sql } from '../../db/index.ts'
import { recordEvent } from '../../events/index.ts'
import { invalidInput } from '../../kernel/index.ts'
import { defineVerb, demandCheck, findRow, type Means } from '../../records/index.ts'
import { account } from '../ledger.ts'
import { todayOf } from '../settle-invoice.ts'
import { GiftCardCurrency, GiftCardTooSmall, GiftCardUnknown } from './errors.ts'
import { redeemAsking } from './gift-card-asking.ts'
import { hashCode, type GiftCardRow } from './gift-card.ts'
import { moveGiftCard } from './move-gift-card.ts'

export interface RedeemedCard {
  id: string
  currency: string
  /** What came into the client's credit. */
  amountMinor: bigint
  /** What is left on the card. */
  leftMinor: bigint
}

/**
 * Turns a card, or part of it, into the client's credit. A guarded update decides: of many who redeem at once each gets
 * what was left when its turn came, and nobody gets it twice.
 */
export const redeemGiftCard = defineVerb(
  {
    permission: 'gift_card.redeem',
    asks: ['gift_card.redeem:check'],
    audience: ['client', 'staff'],
    input: Type.Object(
      {
        client_id: Type.String({ maxLength: 64 }),
        code: Type.String({ minLength: 4, maxLength: 60 }),
        /** Absent: everything. */
        amount_minor: Type.Optional(Type.String({ pattern: '^\\d{1,15}$' })),
      },
      { additionalProperties: false },
    ),
  },
  (means: Means, input, actor): Promise<RedeemedCard> =>
    means.db.transaction(async (trx) => {
      const client = await findRow<{ id: string; brand_id: string; currency: string }>(trx, actor, {
        ...{ table: 'clients', what: 'client', id: input.client_id },
        scope: { client: 'id', right: 'gift_card.redeem' },
      })
      const card = await trx.get<GiftCardRow>(
        sql`select * from gift_cards where code_hash = ${hashCode(input.code)} and brand_id = ${client.brand_id}`,
      )
      const today = await todayOf(means, trx, client.brand_id)
      const isOver = card && card.expires_on !== null && card.expires_on < today
      if (!card || isOver || card.status !== 'active' || card.balance_minor === 0n) throw GiftCardUnknown({})
      const { currency } = card
      if (currency !== client.currency)
        throw GiftCardCurrency({ field: 'currency', currency, expected: client.currency })
      const wanted = input.amount_minor === undefined ? card.balance_minor : BigInt(input.amount_minor)
      if (wanted === 0n) throw invalidInput({ amount_minor: 'must be above 0' })
      demandCheck(means, trx, actor, redeemAsking(card, client.id, wanted))
      const left = await trx.get<{ balance_minor: bigint }>(sql`
        update gift_cards set balance_minor = balance_minor - ${wanted}, version = version + 1, updated_at = ${means.business.now()}
        where id = ${card.id} and status = 'active' and balance_minor >= ${wanted} returning balance_minor`)
      if (!left)
        throw GiftCardTooSmall({
          ...{ field: 'amount_minor' },
          left: `${toDecimal({ minor: card.balance_minor, currency })} ${currency}`,
        })
      await moveGiftCard(means, trx, {
        ...{ card, kind: 'redeemed', amountMinor: -wanted, clientId: client.id },
        postings: [
          { account: account.giftCards, amountMinor: wanted },
          { account: account.clientCredit, amountMinor: -wanted, clientId: client.id },
        ],
      })
      const scope = { subject: card.id, brandId: card.brand_id, clientId: client.id }
      const amount = { minor: wanted.toString(), currency }
      await recordAudit(means, trx, actor, [{ ...scope, action: 'gift_card.redeem', after: { amount } }])
      const body = { id: card.id, client_id: client.id, amount, left_minor: left.balance_minor.toString() }
      await recordEvent(means, trx, actor, { ...scope, type: 'gift_card.redeemed', body })
      return { id: card.id, currency, amountMinor: wanted, leftMinor: left.balance_minor }
    }),
)
