import { Type } from '../../../sdk/index.ts'
import { all, sql } from '../../db/index.ts'
import { addDays, type Instant, type IsoDate } from '../../kernel/index.ts'
import { defineVerb, scoped, type Means } from '../../records/index.ts'
import { taxIdKey } from './forms.ts'

export interface TaxIdRow {
  client_id: string
  client: string
  country: string
  tax_id: string
  tax_id_valid_for: string | null
  tax_id_valid_through: IsoDate | null
  /** Of the last question, whatever its answer. */
  outcome: string | null
  source: string | null
  reference: string | null
  reason: string | null
  checked_at: Instant | null
  standing: 'valid' | 'lapsing' | 'lapsed' | 'invalid' | 'unknown' | 'unchecked'
}

const LIST_MAX = 500
/** Days before its end on which a kept answer is told to staff. */
export const LAPSING_DAYS = 14

/** The tax ids of clients; with `attention` those that are not plainly valid. */
export const listTaxIds = defineVerb(
  {
    permission: 'tax_id.list',
    audience: ['staff'],
    input: Type.Object({
      client_id: Type.Optional(Type.String()),
      attention: Type.Optional(Type.Boolean()),
    }),
  },
  async (means: Means, { client_id, attention }, actor): Promise<TaxIdRow[]> => {
    const today = means.business.today('UTC')
    const conditions = [scoped(actor, { table: 'c', client: 'id' }), sql`c.tax_id is not null`]
    if (client_id !== undefined) conditions.push(sql`c.id = ${client_id}`)
    if (attention)
      conditions.push(
        sql`(c.tax_id_valid_for is null or c.tax_id_valid_for <> c.country || ':' || c.tax_id or c.tax_id_valid_through < ${addDays(today, LAPSING_DAYS)})`,
      )
    const rows = await means.db.all<Omit<TaxIdRow, 'standing'>>(sql`
      select c.id as client_id, coalesce(c.company, c.name) as client, c.country, c.tax_id, c.tax_id_valid_for, c.tax_id_valid_through,
        k.outcome, k.source, k.reference, k.reason, k.checked_at
      from clients c left join tax_id_checks k on k.id = (
        select max(l.id) from tax_id_checks l where l.client_id = c.id and l.country = c.country and l.tax_id = c.tax_id)
      where ${all(conditions)} order by c.tax_id_valid_through, c.id limit ${LIST_MAX}`)
    const found = rows.map((row) => ({ ...row, standing: standingOf(row, today) }))
    return attention ? found.filter(({ standing }) => standing !== 'valid') : found
  },
)

function standingOf(row: Omit<TaxIdRow, 'standing'>, today: IsoDate): TaxIdRow['standing'] {
  const { country, tax_id, tax_id_valid_for: validFor, tax_id_valid_through: through, outcome } = row
  if (validFor === taxIdKey(country, tax_id) && through !== null) {
    if (through < today) return 'lapsed'
    return outcome === 'unknown' && through < addDays(today, LAPSING_DAYS) ? 'lapsing' : 'valid'
  }
  if (outcome === 'invalid' || outcome === 'unknown') return outcome
  return 'unchecked'
}
