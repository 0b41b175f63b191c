import { Type } from '../../../sdk/index.ts'
import { recordAudit } from '../../audit/index.ts'
import { eachByItself } from '../../billing/index.ts'
import { sql, type Trx } from '../../db/index.ts'
import { systemActor } from '../../kernel/index.ts'
import { applyTransition, defineVerb, findRow, updateVersioned, type Means } from '../../records/index.ts'
import { quoteLifecycle } from './quote-lifecycle.ts'
import type { QuoteRow } from './quote.ts'

/** When staff want to ask again, and what they know; the client sees neither. */
export const followUpQuote = defineVerb(
  {
    permission: 'quote.follow_up',
    asksNobody: 'it is a mail, which plugins shape',
    audience: ['staff'],
    input: Type.Object(
      {
        quote_id: Type.String({ maxLength: 64 }),
        follow_up_on: Type.Union([Type.String({ format: 'date' }), Type.Null()]),
        staff_note: Type.Union([Type.String({ maxLength: 4_000 }), Type.Null()]),
      },
      { additionalProperties: false },
    ),
  },
  (means: Means, input, actor): Promise<void> =>
    means.db.transaction(async (trx) => {
      const row = await findRow<QuoteRow>(trx, actor, { table: 'quotes', what: 'quote', id: input.quote_id })
      const set = { follow_up_on: input.follow_up_on, staff_note: input.staff_note }
      await updateVersioned(means, trx, { table: 'quotes', what: 'quote', row, set })
      const scope = { subject: row.id, brandId: row.brand_id, clientId: row.client_id }
      const before = { follow_up_on: row.follow_up_on, staff_note: row.staff_note }
      await recordAudit(means, trx, actor, [{ ...scope, action: 'quote.follow_up', before, after: set }])
    }),
)

const actor = systemActor('quotes')

/** The daily step: what nobody has answered by its day is over. Answers how many. */
export async function expireQuotes(means: Means): Promise<number> {
  const rows = await means.db.all<QuoteRow & { zone: string }>(sql`
    select q.*, b.zone from quotes q join brands b on b.id = q.brand_id where q.status = 'sent' order by q.id`)
  const over = rows.filter((row) => row.expires_on < means.business.today(row.zone))
  const daily = { refusal: 'quote.expire_refused', failure: 'quote.expire_failed', actor }
  let expired = 0
  for (const { id } of over)
    expired += await eachByItself(means, { ...daily, ids: [id] }, (trx) => expire(means, trx, id))
  return expired
}

/** One that is answered at this very moment stays answered. */
async function expire(means: Means, trx: Trx, id: string): Promise<number> {
  const row = await trx.get<QuoteRow>(sql`select * from quotes where id = ${id} and status = 'sent'`)
  if (!row) return 0
  const change = { body: { number: row.number } }
  await applyTransition(means, trx, { lifecycle: quoteLifecycle, row, name: 'expire', actor, change })
  return 1
}
