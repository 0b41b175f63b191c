import { Type } from '../../sdk/index.ts'
import { recordAudit } from '../audit/index.ts'
import { sql } from '../db/index.ts'
import { defineError, invalidInput, isoDate, type Instant, type IsoDate } from '../kernel/index.ts'
import { defineVerb, findRow, type Means } from '../records/index.ts'

export const NothingToExport = defineError(
  'ledger.nothing_to_export',
  409,
  (p: { from: string; until: string }) =>
    `Every journal from ${p.from} until ${p.until} was handed over already. Earlier exports can be loaded again.`,
)

export interface LedgerExport {
  id: string
  brand_id: string
  from_on: IsoDate
  until_on: IsoDate
  journals: number
  postings: number
  actor: string
  created_at: Instant
}

const Day = Type.String({ format: 'date' })

/**
 * Marks the journals of some days as handed over to accounting, each once: a second export of the same days holds what
 * was booked since and nothing else. Two at once cannot both take a journal, because its mark is its key.
 */
export const exportLedger = defineVerb(
  {
    permission: 'ledger.export',
    audience: ['staff'],
    input: Type.Object({
      brand_id: Type.String(),
      from: Day,
      /** The last day. */
      to: Day,
    }),
  },
  async (means: Means, { brand_id, from, to }, actor): Promise<LedgerExport> => {
    if (from > to) throw invalidInput({ to: 'is before the first day' })
    const scope = { client: null, brand: 'id' }
    await findRow(means.db, actor, { table: 'brands', what: 'brand', id: brand_id, scope })
    const days = { from: isoDate(from), to: isoDate(to) }
    return means.db.transaction(async (trx) => {
      const row: LedgerExport = {
        id: means.newId('lex'),
        brand_id,
        from_on: days.from,
        until_on: days.to,
        journals: 0,
        postings: 0,
        actor: actor.id,
        created_at: means.business.now(),
      }
      await trx.insert('ledger_exports', [row])
      row.journals = await trx.run(sql`
        insert into exported_journals (journal_id, export_id) select j.id, ${row.id} from journals j
        where j.brand_id = ${brand_id} and j.effective_on >= ${days.from} and j.effective_on <= ${days.to}
          and not exists (select 1 from exported_journals x where x.journal_id = j.id)`)
      if (row.journals === 0) throw NothingToExport({ from, until: to })
      const counted = await trx.get<{ postings: number }>(sql`
        select count(*) as postings from exported_journals x join postings p on p.journal_id = x.journal_id where x.export_id = ${row.id}`)
      row.postings = counted!.postings
      await trx.run(
        sql`update ledger_exports set journals = ${row.journals}, postings = ${row.postings} where id = ${row.id}`,
      )
      const after = { from, to, journals: row.journals, postings: row.postings }
      await recordAudit(means, trx, actor, [
        { action: 'ledger.export', subject: row.id, brandId: brand_id, after },
      ])
      return row
    })
  },
)
