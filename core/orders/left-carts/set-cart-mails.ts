import { Type } from '../../../sdk/index.ts'
import { recordAudit } from '../../audit/index.ts'
import { sql, type Queries } from '../../db/index.ts'
import { NotFound } from '../../kernel/index.ts'
import { defineVerb, type Means } from '../../records/index.ts'
import { hashToken } from '../tokens.ts'

/** Stops the mails about carts that were left, for one buyer at one brand, or lets them come again. */
export const setCartMails = defineVerb(
  {
    permission: 'cart.set_mails',
    asksNobody: 'a visitor says whether it wants mails',
    audience: ['guest', 'client', 'staff'],
    input: Type.Object(
      {
        brand_id: Type.String({ maxLength: 64 }),
        /** The secret of the link at the foot of such a mail. */
        key: Type.String({ minLength: 1, maxLength: 100 }),
        on: Type.Boolean(),
      },
      { additionalProperties: false },
    ),
  },
  (means: Means, { brand_id, key, on }, actor): Promise<void> =>
    means.db.transaction(async (trx) => {
      const { userId, on: before } = await cartMailsBy(trx, { brandId: brand_id, key })
      if (on === before) return
      if (on)
        await trx.run(sql`delete from cart_mail_stops where brand_id = ${brand_id} and user_id = ${userId}`)
      else
        await trx.run(sql`
          insert into cart_mail_stops (brand_id, user_id, created_at) values (${brand_id}, ${userId}, ${means.business.now()})
          on conflict (brand_id, user_id) do nothing`)
      await recordAudit(means, trx, actor, [
        {
          action: 'cart.set_mails',
          subject: userId,
          brandId: brand_id,
          before: { on: before },
          after: { on },
        },
      ])
    }),
)

/** Whose mails a link is about, and whether they come. */
export async function cartMailsBy(
  queries: Queries,
  { brandId, key }: { brandId: string; key: string },
): Promise<{ userId: string; on: boolean }> {
  const row = await queries.get<{ user_id: string; stopped: string | null }>(sql`
    select r.user_id, s.user_id as stopped from cart_reminders r
    left join cart_mail_stops s on s.brand_id = r.brand_id and s.user_id = r.user_id
    where r.stop_hash = ${hashToken(key)} and r.brand_id = ${brandId}`)
  if (!row) throw NotFound({ what: 'page', id: 'cart mails' })
  return { userId: row.user_id, on: row.stopped === null }
}
