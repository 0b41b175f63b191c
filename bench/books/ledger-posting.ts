import { account, postJournals, type Journal } from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { costOf } from '../billing/cpu.ts'
import { insertRaw, lineValues } from '../billing/raw.ts'
import { DAY } from '../billing/shop.ts'
import { median, report, type Judged } from '../figure.ts'
import { scaled } from '../scale.ts'
import { emptyBooks, onCopy, type Template } from './open-books.ts'

const POSTINGS_A_JOURNAL = 3
const JOURNALS = 30_000
const BATCH = 200
const ROUNDS = 5

/**
 * Postings a CPU-second, as documents make them: three to a journal, all of them on the same receivable, revenue and tax
 * account of one brand, beside plain inserts into the line table. A hot account costs nothing, because no balance is kept.
 */
export async function benchLedgerPosting(): Promise<Judged[]> {
  const template = await emptyBooks()
  const journals = scaled(JOURNALS)
  const rows = lineValues(journals * POSTINGS_A_JOURNAL)
  const rates: { ours: number[]; raw: number[] } = { ours: [], raw: [] }
  for (let round = 0; round < ROUNDS; round++) {
    rates.raw.push(await rawRate(template, rows))
    rates.ours.push(await postingRate(template, journals))
  }
  template.remove()
  const [value, baseline] = [median(rates.ours), median(rates.raw)]
  const bar = { of: 'ratio', least: 0.5 } as const
  return [
    report({ name: 'ledger_posting', value, unit: 'postings/CPU-s', baseline, ratio: value / baseline, bar }),
  ]
}

async function rawRate(template: Template, rows: ReturnType<typeof lineValues>): Promise<number> {
  const { file, cost } = await onCopy(template, async (db, _means, file) => {
    const document = await db.get<{ id: string }>(sql`select id from invoices limit 1`)
    for (const row of rows) row[1] = document!.id
    return { file, cost: await costOf(() => insertRaw(file, rows)) }
  })
  if (!file) throw new Error('there was a file')
  return rows.length / cost.cpuSeconds
}

function postingRate(template: Template, journals: number): Promise<number> {
  return onCopy(template, async (db, means) => {
    const client = (await db.get<{ id: string; brand_id: string }>(
      sql`select id, brand_id from clients limit 1`,
    ))!
    const journal = (): Journal => ({
      ...{ kind: 'invoice_issued', sourceId: means.newId('inv'), brandId: client.brand_id, effectiveOn: DAY },
      postings: [
        { account: account.receivable, currency: 'EUR', clientId: client.id, amountMinor: 1_190n },
        { account: account.revenue('recurring'), currency: 'EUR', amountMinor: -1_000n },
        { account: account.tax('VAT:190000'), currency: 'EUR', amountMinor: -190n },
      ],
    })
    const cost = await costOf(async () => {
      for (let done = 0; done < journals; done += BATCH) {
        const batch = Array.from({ length: Math.min(BATCH, journals - done) }, journal)
        await db.transaction((trx) => postJournals(means, trx, batch))
      }
    })
    return (journals * POSTINGS_A_JOURNAL) / cost.cpuSeconds
  })
}
