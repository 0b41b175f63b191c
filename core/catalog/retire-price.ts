import { Type } from '../../sdk/index.ts'
import { recordAudit } from '../audit/index.ts'
import { sql, type Trx } from '../db/index.ts'
import type { Actor } from '../kernel/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { CurrencyCode, CycleText, Day, exactly, Id } from './inputs.ts'
import { reachOwner } from './set-price.ts'

/**
 * Stops selling at a cycle in a currency: all versions, or the planned one of a day. Services keep their price.
 * Answers how many versions were retired.
 */
export const retirePrice = defineVerb(
  {
    permission: 'price.retire',
    audience: ['staff'],
    input: exactly({
      owner_id: Id,
      cycle: CycleText,
      currency: CurrencyCode,
      valid_from: Type.Optional(Day),
      /** Absent: the default price. */
      list_id: Type.Optional(Id),
    }),
  },
  (means: Means, input, actor) =>
    means.db.transaction(async (trx) => {
      const brand = await reachOwner(trx, actor, input.owner_id)
      return dropPrices(
        means,
        trx,
        {
          ...input,
          ownerId: input.owner_id,
          validFrom: input.valid_from,
          listId: input.list_id ?? null,
          brandId: brand.id,
        },
        actor,
      )
    }),
)

export interface PriceTermsToDrop {
  brandId: string
  ownerId: string
  cycle: string
  currency: string
  validFrom?: string | undefined
  listId?: string | null
}

export async function dropPrices(
  means: Means,
  trx: Trx,
  price: PriceTermsToDrop,
  actor: Actor,
): Promise<number> {
  const { ownerId, cycle, currency, validFrom, brandId, listId = null } = price
  const day = validFrom ? sql`and valid_from = ${validFrom}` : sql``
  const retired = await trx.run(sql`
    update prices set retired_at = ${means.business.now()}
    where owner_id = ${ownerId} and cycle = ${cycle} and currency = ${currency} and retired_at is null
      and coalesce(list_id, '') = ${listId ?? ''} ${day}`)
  if (retired > 0)
    await recordAudit(means, trx, actor, [
      { action: 'price.retire', subject: ownerId, brandId, before: { cycle, currency, validFrom, listId } },
    ])
  return retired
}
