import { list, sql, type Trx } from '../../db/index.ts'
import { addDays, type IsoDate } from '../../kernel/index.ts'
import { readSetting, type Means } from '../../records/index.ts'
import { notGivenBack } from '../charge-cause.ts'
import type { DraftLine } from '../draft.ts'
import { carryDays } from '../settings.ts'

/** Lines of a client whose sum is below the smallest invoice. */
export interface CarriedSum {
  brandId: string
  clientId: string
  currency: string
  dueOn: IsoDate
  issuedOn: IsoDate
  lines: readonly DraftLine[]
}

/**
 * Writes charges without a document: their periods are charged, once, and the lines wait for the next document. A line
 * that waited before goes on waiting from the day on which it first did.
 */
export async function carryLines(means: Means, trx: Trx, sums: readonly CarriedSum[]): Promise<void> {
  const rows = sums.flatMap((sum) =>
    sum.lines.map((line) => ({ sum, line, id: line.chargeId ?? (means.newId('chg') as string) })),
  )
  if (rows.length === 0) return
  const now = means.business.now()
  const fresh = rows.filter(({ line }) => line.chargeId === undefined)
  const days = await readSetting(trx, carryDays)
  await trx.insert(
    'charges',
    fresh.map(({ sum, line, id }) => ({
      ...{
        id,
        brand_id: sum.brandId,
        client_id: sum.clientId,
        source_id: line.sourceId ?? id,
        kind: line.kind,
      },
      ...{ period_start: line.periodStart ?? sum.issuedOn, period_end: line.periodEnd ?? sum.issuedOn },
      ...{ cause: line.cause ?? '', currency: sum.currency, amount_minor: line.amountMinor, created_at: now },
    })),
  )
  await trx.insert(
    'carried_lines',
    fresh.map(({ sum, line, id }) => ({
      ...{ charge_id: id, brand_id: sum.brandId, client_id: sum.clientId, currency: sum.currency },
      ...{ due_on: sum.dueOn, line: stored(line), carried_on: sum.issuedOn },
      ...{ until_on: addDays(sum.dueOn, days), placed: 0 },
    })),
  )
  const again = rows.filter(({ line }) => line.chargeId !== undefined).map(({ id }) => id)
  if (again.length > 0)
    await trx.run(sql`update carried_lines set placed = 0 where charge_id in (${list(again)})`)
}

const stored = (line: DraftLine): string =>
  JSON.stringify({ ...line, unitMinor: line.unitMinor.toString(), amountMinor: line.amountMinor.toString() })

/** Sums for periods that begin after their service has ended are owed no more. Answers their charges. */
export async function dropCarried(
  trx: Trx,
  { sources, from }: { sources: readonly string[]; from: IsoDate },
): Promise<string[]> {
  const rows = await trx.all<{ charge_id: string }>(sql`
    select l.charge_id from carried_lines l join charges c on c.id = l.charge_id
    where l.placed = 0 and c.source_id in (${list(sources)}) and c.period_start >= ${from} and ${notGivenBack}`)
  const ids = rows.map((row) => row.charge_id)
  if (ids.length > 0) await trx.run(sql`delete from carried_lines where charge_id in (${list(ids)})`)
  return ids
}
