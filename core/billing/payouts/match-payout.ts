import { Type } from '../../../sdk/index.ts'
import { forUpdate, sql } from '../../db/index.ts'
import { defineError, invalidInput } from '../../kernel/index.ts'
import { applyTransition, defineVerb, findRow, updateVersioned, type Means } from '../../records/index.ts'
import { bankLineLifecycle, type BankLineRow } from '../bank/bank-line.ts'
import type { PayoutRow } from './payout.ts'

export const PayoutMatched = defineError(
  'payout.matched',
  409,
  (p: { reference: string }) => `The payout ${p.reference} has its line of the bank's statement already.`,
)

/** Says that a line of our bank's statement is a payout. It moves nothing: the payout was booked when it was sent. */
export const matchPayout = defineVerb(
  {
    permission: 'payout.match',
    asks: ['bank_line.book:check'],
    audience: ['staff'],
    input: Type.Object({ line_id: Type.String(), payout_id: Type.String() }),
  },
  async (means: Means, { line_id, payout_id }, actor): Promise<PayoutRow> => {
    const scope = { client: null }
    await findRow(means.db, actor, { table: 'bank_lines', what: 'bank line', id: line_id, scope })
    await findRow(means.db, actor, { table: 'payouts', what: 'payout', id: payout_id, scope })
    return means.db.transaction(async (trx) => {
      const lock = forUpdate(trx.dialect)
      const line = (await trx.get<BankLineRow>(sql`select * from bank_lines where id = ${line_id} ${lock}`))!
      const row = (await trx.get<PayoutRow>(sql`select * from payouts where id = ${payout_id} ${lock}`))!
      if (row.bank_line_id !== null || row.status === 'returned')
        throw PayoutMatched({ reference: row.reference })
      if (row.currency !== line.currency || row.amount_minor !== line.amount_minor)
        throw invalidInput({ payout_id: 'is of another sum than the line' })
      const change = { set: { bookings: line.bookings + 1, note: `Payout ${row.reference}` } }
      await applyTransition(means, trx, {
        ...{ lifecycle: bankLineLifecycle, row: line, name: 'book', actor, change },
      })
      const set = { bank_line_id: line.id }
      await updateVersioned(means, trx, { table: 'payouts', what: 'payout', row, set })
      return { ...row, ...set, version: row.version + 1 }
    })
  },
)
