import { sql, type Queries, type Trx } from '../../db/index.ts'
import { addDays, systemActor, type IsoDate } from '../../kernel/index.ts'
import type { Means } from '../../records/index.ts'
import { account, postJournal, reversalOf, type Posting } from '../ledger.ts'
import { balancesBefore } from './balances.ts'
import type { LedgerMonthRow } from './ledger-month.ts'
import { readEarnings } from './read-earnings.ts'
import { deferredBefore } from './recognise.ts'

/** Currency → kind of line → invoiced for days after the month. */
export type Deferred = Map<string, Map<string, bigint>>

export async function deferredAt(queries: Queries, brandId: string, endsOn: IsoDate): Promise<Deferred> {
  const where = [sql`i.brand_id = ${brandId}`]
  const groups = await readEarnings(queries, { from: endsOn, until: endsOn, where })
  const deferred: Deferred = new Map()
  for (const group of groups) {
    const kinds = deferred.get(group.currency) ?? new Map<string, bigint>()
    const sum = (kinds.get(group.kind) ?? 0n) + deferredBefore(group, endsOn) * group.times
    deferred.set(group.currency, kinds.set(group.kind, sum))
  }
  return deferred
}

/**
 * At the end of a month income that belongs to later days leaves revenue: one journal a currency brings the deferred
 * accounts to what is not earned yet. The next month's journal lets go of what was earned since.
 */
export async function deferIncome(means: Means, trx: Trx, month: LedgerMonthRow): Promise<void> {
  const wanted = await deferredAt(trx, month.brand_id, month.ends_on)
  const query = { actor: systemActor('closing'), brandId: month.brand_id }
  const held = (await balancesBefore(trx, month.ends_on, query)).filter(isDeferred)
  const currencies = new Set([...wanted.keys(), ...held.map((row) => row.currency)])
  for (const currency of [...currencies].sort()) {
    const kinds = wanted.get(currency) ?? new Map<string, bigint>()
    const now = new Map(
      held.filter((row) => row.currency === currency).map((row) => [row.account, -row.balance_minor]),
    )
    const postings = [...new Set([...[...kinds.keys()].map(account.deferred), ...now.keys()])]
      .sort()
      .flatMap((name) => postingsOf(name, currency, (kinds.get(kindOf(name)) ?? 0n) - (now.get(name) ?? 0n)))
    const deferredMinor = [...kinds.values()].reduce((sum, part) => sum + part, 0n)
    await writeDeferral(means, trx, month, { currency, deferredMinor, postings })
  }
}

/** A month that opens again has its income back; closing it defers anew. */
export async function undoDeferrals(means: Means, trx: Trx, month: LedgerMonthRow): Promise<void> {
  const rows = await trx.all<{ id: string; journal_id: string }>(sql`
    select d.id, j.id as journal_id from income_deferrals d join journals j on j.source_id = d.id and j.kind = 'income_deferred'
    where d.month_id = ${month.id} and d.undone_at is null order by d.id`)
  for (const { id, journal_id } of rows) {
    const head = { kind: 'income_deferral_undone', sourceId: id, brandId: month.brand_id }
    const reversal = await reversalOf(trx, journal_id, { ...head, effectiveOn: addDays(month.ends_on, -1) })
    await postJournal(means, trx, reversal)
  }
  await trx.run(
    sql`update income_deferrals set undone_at = ${means.business.now()} where month_id = ${month.id} and undone_at is null`,
  )
}

const DEFERRED = account.deferred('')
const isDeferred = (row: { account: string }): boolean => row.account.startsWith(DEFERRED)
const kindOf = (name: string): string => name.slice(DEFERRED.length)

function postingsOf(name: string, currency: string, moved: bigint): Posting[] {
  if (moved === 0n) return []
  return [
    { account: account.revenue(kindOf(name)), currency, amountMinor: moved },
    { account: name, currency, amountMinor: -moved },
  ]
}

async function writeDeferral(
  means: Means,
  trx: Trx,
  month: LedgerMonthRow,
  { currency, deferredMinor, postings }: { currency: string; deferredMinor: bigint; postings: Posting[] },
): Promise<void> {
  const id = means.newId('dfi')
  const moved = postings.filter(isDeferred).reduce((sum, posting) => sum - posting.amountMinor, 0n)
  await trx.insert('income_deferrals', [
    {
      id,
      month_id: month.id,
      brand_id: month.brand_id,
      currency,
      deferred_minor: deferredMinor,
      moved_minor: moved,
      undone_at: null,
      created_at: means.business.now(),
    },
  ])
  if (postings.length === 0) return
  await postJournal(means, trx, {
    kind: 'income_deferred',
    sourceId: id,
    brandId: month.brand_id,
    effectiveOn: addDays(month.ends_on, -1),
    postings,
  })
}
