import { account, postJournals } from '../../core/billing/index.ts'
import { sql, type Db } from '../../core/db/index.ts'
import { addDays, isoDate } from '../../core/kernel/index.ts'
import { costOf } from '../billing/cpu.ts'
import { median, report, type Judged } from '../figure.ts'
import { scaled } from '../scale.ts'
import { emptyBooks, onCopy } from './open-books.ts'

const POSTINGS = 10_000
const OTHERS = 90_000
const ROUNDS = 9

/** Reads of a client's statement over ten thousand postings among those of others: what was before, and each movement. */
export async function benchStatement(): Promise<Judged[]> {
  const [mine, others] = [scaled(POSTINGS), scaled(OTHERS)]
  const template = await emptyBooks(async ({ means, brandId, client }) => {
    const all = mine + others
    for (let done = 0; done < all; done += 1_000) {
      const journals = Array.from({ length: Math.min(1_000, all - done) }, (_, i) => ({
        ...{ kind: 'bench', sourceId: means.newId('req'), brandId },
        effectiveOn: addDays(isoDate('2020-01-01'), Math.floor(((done + i) * 2_000) / all)),
        postings: [
          {
            ...{ account: account.receivable, currency: 'EUR', amountMinor: 100n },
            clientId: (done + i) % (all / mine) < 1 ? client.id : 'cli_other',
          },
          { account: account.revenue('manual'), currency: 'EUR', amountMinor: -100n },
        ],
      }))
      await means.db.transaction((trx) => postJournals(means, trx, journals))
    }
  })
  const times = await onCopy(template, async (db) => {
    const client = (await db.get<{ id: string }>(sql`select id from clients limit 1`))!
    const taken: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      let rows = 0
      const { cpuSeconds } = await costOf(async () => void (rows = await read(db, client.id)))
      taken.push(cpuSeconds * 1_000)
      if (rows !== mine) throw new Error(`the statement has ${rows} of ${mine} movements`)
    }
    return taken
  })
  template.remove()
  const bar = { of: 'value', most: 100 } as const
  return [report({ name: 'statement_ms', value: median(times), unit: 'CPU-ms', bar })]
}

/** The two statements of a client's statement, whole. */
async function read(db: Db, clientId: string): Promise<number> {
  const own = sql`p.client_id = ${clientId} and p.account in ('receivable', 'client_credit') and p.currency = 'EUR'`
  await db.get(sql`
    select sum(p.amount_minor) as balance_minor from postings p join journals j on j.id = p.journal_id where ${own} and j.effective_on < '2020-01-01'`)
  const rows = await db.all(sql`
    select m.id, m.effective_on, m.kind, m.amount_minor, i.number, y.reference from (
      select j.id, j.effective_on, j.kind, j.source_id, sum(p.amount_minor) as amount_minor
      from postings p join journals j on j.id = p.journal_id where ${own} and j.effective_on >= '2020-01-01'
      group by j.id, j.effective_on, j.kind, j.source_id) m
    left join invoices i on i.id = m.source_id left join payments y on y.id = m.source_id order by m.effective_on, m.id`)
  return rows.length
}
