import { balancesBefore } from '../../core/billing/index.ts'
import { sql, type Queries } from '../../core/db/index.ts'
import { addMonths, systemActor, type IsoDate } from '../../core/kernel/index.ts'
import {
  allReports,
  findReport,
  type Report,
  type ReportQuery,
  type ReportRow,
} from '../../core/reports/index.ts'

const actor = systemActor('reports')
/** Each page works the report out anew, so stories ask for few. */
const PAGE = 2_000

/**
 * Reports say what the ledger says, month by month, and every row opens into documents that add up to it. `brands` are
 * those with their zones, whose days are the days of their books.
 */
export async function brokenReports(
  db: Queries,
  brands: readonly { brandId: string; zone: string }[],
  { from, until }: { from: IsoDate; until: IsoDate },
): Promise<string[]> {
  const broken: string[] = []
  for (const { brandId, zone } of brands) {
    const whole: ReportQuery = { actor, zone, brandId, from, until }
    for (let at = from; at < until; at = addMonths(at, 1))
      broken.push(...(await againstLedger(db, { ...whole, from: at, until: addMonths(at, 1) })))
    for (const report of allReports) broken.push(...(await opened(db, report, whole)))
  }
  return broken
}

/** Each figure that a report shares with the ledger, by currency. */
async function againstLedger(db: Queries, query: ReportQuery): Promise<string[]> {
  const rows = (key: string) => findReport(key)!.rows(db, query)
  const [tax, products, countries] = [await rows('tax'), await rows('products'), await rows('countries')]
  const [money, debt] = [await rows('gateways'), await rows('aged_debt')]
  // A card that is sold is a debt until it is redeemed; one that ends unused is revenue without a document.
  const invoiced = turned(await moved(db, query, { classes: ['revenue', 'gift_cards'], kinds: OF_DOCUMENTS }))
  const ended = turned(await moved(db, query, { classes: ['revenue'], kinds: ['gift_card_expired'] }))
  const told: [what: string, told: Sums, ledger: Sums][] = [
    ['tax', sumsOf(tax, 'tax'), turned(await moved(db, query, { classes: ['tax'] }))],
    ['net of tax', sumsOf(tax, 'net'), invoiced],
    ['net of products', sumsOf(products, 'net'), plus(invoiced, ended)],
    ['net of countries', sumsOf(countries, 'net'), invoiced],
    ['money cleared', sumsOf(money, 'cleared'), await moved(db, query, { classes: ['gateway_clearing'] })],
    ['fees', sumsOf(money, 'fee'), await moved(db, query, { classes: ['gateway_fees'] })],
    ['owed', sumsOf(debt, 'owed'), await held(db, query, 'receivable')],
  ]
  // Only a closed month has deferred anything.
  if (await isClosed(db, query))
    told.push([
      'deferred',
      sumsOf(await rows('deferred_income'), 'closing'),
      turned(await held(db, query, 'deferred')),
    ])
  return told.flatMap(([what, ours, ledger]) =>
    differences(ours, ledger).map(
      (how) => `the report of ${query.brandId} from ${query.from}, ${what}: ${how}`,
    ),
  )
}

type Sums = ReadonlyMap<string, bigint>

function sumsOf(rows: readonly ReportRow[], figure: string): Sums {
  const sums = new Map<string, bigint>()
  for (const { currency, figures } of rows) sums.set(currency, (sums.get(currency) ?? 0n) + figures[figure]!)
  return sums
}

const plus = (one: Sums, other: Sums): Sums =>
  added([...one, ...other].map(([currency, sum_minor]) => ({ currency, sum_minor })))
const turned = (sums: Sums): Sums => new Map([...sums].map(([currency, minor]) => [currency, -minor]))

function differences(ours: Sums, ledger: Sums): string[] {
  return [...new Set([...ours.keys(), ...ledger.keys()])].sort().flatMap((currency) => {
    const [told, booked] = [ours.get(currency) ?? 0n, ledger.get(currency) ?? 0n]
    return told === booked ? [] : [`${told} ${currency}, and the ledger ${booked}`]
  })
}

interface Moves {
  classes: readonly string[]
  /** Of journals; absent: of all. */
  kinds?: readonly string[]
}

const OF_DOCUMENTS = ['invoice_issued', 'credit_note_issued', 'invoice_voided']

/** What moved on accounts of these classes, the deferral of income apart. */
async function moved(
  db: Queries,
  { brandId, from, until }: ReportQuery,
  { classes, kinds }: Moves,
): Promise<Sums> {
  const rows = await db.all<{ account: string; kind: string; currency: string; sum_minor: bigint }>(sql`
    select p.account, j.kind, p.currency, sum(p.amount_minor) as sum_minor from postings p join journals j on j.id = p.journal_id
    where j.brand_id = ${brandId} and j.effective_on >= ${from} and j.effective_on < ${until} and j.kind not like 'income_defer%'
    group by p.account, j.kind, p.currency`)
  return added(
    rows.filter(
      ({ account, kind }) => classes.includes(account.split(':')[0]!) && (kinds?.includes(kind) ?? true),
    ),
  )
}

async function isClosed(db: Queries, { brandId, from }: ReportQuery): Promise<boolean> {
  const month = from.slice(0, 7)
  const row = await db.get(
    sql`select id from ledger_months where brand_id = ${brandId} and month = ${month} and status = 'closed'`,
  )
  return row !== undefined
}

async function held(db: Queries, { brandId, until }: ReportQuery, word: string): Promise<Sums> {
  const rows = await balancesBefore(db, until, { actor, brandId })
  return added(
    rows
      .filter((row) => row.account.split(':')[0] === word)
      .map(({ currency, balance_minor }) => ({ currency, sum_minor: balance_minor })),
  )
}

function added(rows: readonly { currency: string; sum_minor: bigint }[]): Sums {
  const sums = new Map<string, bigint>()
  for (const { currency, sum_minor } of rows) sums.set(currency, (sums.get(currency) ?? 0n) + sum_minor)
  return sums
}

/** What the documents behind a row add up to, page after page. */
async function opened(db: Queries, report: Report, query: ReportQuery): Promise<string[]> {
  const broken: string[] = []
  for (const row of await report.rows(db, query)) {
    const sums: Record<string, bigint> = Object.fromEntries(report.figures.map(({ key }) => [key, 0n]))
    for (let after: string | undefined; ;) {
      const page = await report.documents(db, query, { place: row, after, limit: PAGE })
      const shown = page.slice(0, PAGE)
      for (const { figures } of shown) for (const { key } of report.figures) sums[key]! += figures[key]!
      after = shown.at(-1)?.id
      if (page.length <= PAGE) break
    }
    const where = `${report.key} ${Object.values(row.groups).join(' ')} ${row.currency}`
    for (const { key } of report.figures)
      if (sums[key] !== row.figures[key])
        broken.push(`the report ${where}: ${key} is ${row.figures[key]}, and its documents ${sums[key]}`)
  }
  return broken
}
