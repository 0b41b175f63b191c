import { Type } from '../../../sdk/index.ts'
import { forUpdate, sql } from '../../db/index.ts'
import { addDays, type IsoDate } from '../../kernel/index.ts'
import { applyTransition, defineVerb, findRow, type Means } from '../../records/index.ts'
import { MonthNotReopenable } from '../errors.ts'
import { closeUntil, holdOffPostings } from './close-month.ts'
import { undoDeferrals } from './defer-income.ts'
import { ledgerMonthLifecycle, monthOf, type LedgerMonthRow } from './ledger-month.ts'

/** Opens the last closed month again, with a reason that stays in the audit log. Its deferred income is taken back. */
export const reopenMonth = defineVerb(
  {
    permission: 'ledger_month.reopen',
    asks: ['ledger_month.reopen:check'],
    audience: ['staff'],
    input: Type.Object({
      ledger_month_id: Type.String(),
      reason: Type.String({ minLength: 1, maxLength: 500 }),
    }),
  },
  async (means: Means, { ledger_month_id: id, reason }, actor): Promise<LedgerMonthRow> => {
    const wanted = { table: 'ledger_months', what: 'month', id, scope: { client: null } }
    await findRow<LedgerMonthRow>(means.db, actor, wanted)
    return means.db.transaction(async (trx) => {
      await holdOffPostings(trx)
      const row = (await trx.get<LedgerMonthRow>(
        sql`select * from ledger_months where id = ${id} ${forUpdate(trx.dialect)}`,
      ))!
      const closed = await trx.get<{ until_on: IsoDate }>(
        sql`select until_on from closed_books where brand_id = ${row.brand_id}`,
      )
      if (row.status === 'closed' && closed && closed.until_on !== row.ends_on)
        throw MonthNotReopenable({ month: row.month, last: monthOf(addDays(closed.until_on, -1)) })
      const change = { reason, body: { month: row.month } }
      const opened = await applyTransition(means, trx, {
        ...{ lifecycle: ledgerMonthLifecycle, row, name: 'reopen', actor, change },
      })
      await closeUntil(trx, row.brand_id, row.starts_on)
      await trx.run(sql`delete from ledger_balances where month_id = ${row.id}`)
      await undoDeferrals(means, trx, row)
      return opened
    })
  },
)
