import { Type } from '../../sdk/index.ts'
import { recordAudit } from '../audit/index.ts'
import { sql } from '../db/index.ts'
import { NotFound } from '../kernel/index.ts'
import { defineVerb, scoped, type Means } from '../records/index.ts'

/** The number that an account has in the accountant's own chart, for one seller. An empty code takes it away. */
export const setAccountCode = defineVerb(
  {
    permission: 'ledger.set_code',
    audience: ['staff'],
    input: Type.Object({
      seller_id: Type.String(),
      account: Type.String({ minLength: 1, maxLength: 200 }),
      code: Type.String({ maxLength: 40, pattern: '^[A-Za-z0-9 ./:_-]*$' }),
    }),
  },
  async (means: Means, { seller_id, account, code }, actor): Promise<void> => {
    const own = scoped(actor, { table: 'b', client: null, brand: 'id' })
    await means.db.transaction(async (trx) => {
      const brand = await trx.get<{ id: string }>(
        sql`select b.id from brands b where b.seller_id = ${seller_id} and ${own} order by b.id limit 1`,
      )
      if (!brand) throw NotFound({ what: 'seller', id: seller_id })
      const known = await trx.get<{ code: string }>(
        sql`select code from account_codes where seller_id = ${seller_id} and account = ${account}`,
      )
      await trx.run(sql`delete from account_codes where seller_id = ${seller_id} and account = ${account}`)
      if (code.trim() !== '')
        await trx.insert('account_codes', [
          { seller_id, account, code: code.trim(), updated_at: means.business.now() },
        ])
      await recordAudit(means, trx, actor, [
        {
          ...{ action: 'ledger.set_code', subject: seller_id, brandId: brand.id },
          ...{ before: { account, code: known?.code ?? '' }, after: { account, code: code.trim() } },
        },
      ])
    })
  },
)
