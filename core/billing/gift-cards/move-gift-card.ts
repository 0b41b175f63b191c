import type { Trx } from '../../db/index.ts'
import type { Means } from '../../records/index.ts'
import { postJournal, type Posting } from '../ledger.ts'
import { todayOf } from '../settle-invoice.ts'
import type { GiftCardMove, GiftCardRow } from './gift-card.ts'

export interface CardMovement {
  card: Pick<GiftCardRow, 'id' | 'brand_id' | 'currency'>
  kind: GiftCardMove
  /** Signed: below zero takes from the card. */
  amountMinor: bigint
  clientId?: string
  /** The journal of the movement; absent where a document has posted it. */
  postings?: readonly Omit<Posting, 'currency'>[]
}

/** Notes what moved on a card, with its journal. The balance itself is changed by who calls, under its guard. */
export async function moveGiftCard(means: Means, trx: Trx, movement: CardMovement): Promise<void> {
  const { card, kind, amountMinor, clientId = null, postings } = movement
  const id = means.newId('gcm')
  await trx.insert('gift_card_movements', [
    {
      ...{ id, gift_card_id: card.id, kind, amount_minor: amountMinor, client_id: clientId },
      moved_at: means.business.now(),
    },
  ])
  if (!postings) return
  await postJournal(means, trx, {
    ...{ kind: `gift_card_${kind}`, sourceId: id, brandId: card.brand_id },
    effectiveOn: await todayOf(means, trx, card.brand_id),
    postings: postings.map((posting) => ({ ...posting, currency: card.currency })),
  })
}
