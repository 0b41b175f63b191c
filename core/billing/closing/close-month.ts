import { Type } from '../../../sdk/index.ts'
import { recordAudit } from '../../audit/index.ts'
import { forUpdate, sql, type Trx } from '../../db/index.ts'
import { declareEvent, recordEvent } from '../../events/index.ts'
import { addDays, systemActor, type Actor, type IsoDate } from '../../kernel/index.ts'
import {
  applyTransition,
  declareCheck,
  defineSetting,
  defineVerb,
  demandCheck,
  findRow,
  readSetting,
  type Means,
} from '../../records/index.ts'
import { MonthNotClosable } from '../errors.ts'
import { balancesBefore } from './balances.ts'
import { deferIncome } from './defer-income.ts'
import { daysOfMonth, ledgerMonthLifecycle, monthOf, type LedgerMonthRow } from './ledger-month.ts'

declareEvent('ledger_month.closed', 'The books of a month were closed. Body: month.')

declareCheck(
  'ledger_month.close:check',
  'Asked of the first close of a month too; the subject is the brand then. Facts of the first: month.',
)

export const deferIncomeSetting = defineSetting({
  key: 'billing.defer_income',
  schema: Type.Boolean(),
  preset: true,
  scopes: ['installation', 'brand'],
})

export const Month = Type.String({ pattern: '^\\d{4}-(0[1-9]|1[0-2])$' })

/**
 * Closes the books of a brand for a month: income of later days is deferred, the balances are kept, and from then on
 * the database refuses every journal dated in it or before. Closing what is closed is refused, not repeated.
 */
export const closeMonth = defineVerb(
  {
    permission: 'ledger_month.close',
    asks: ['ledger_month.close:check'],
    audience: ['staff'],
    input: Type.Object({ brand_id: Type.String(), month: Month }),
  },
  async (means: Means, { brand_id, month }, actor): Promise<LedgerMonthRow> => {
    const scope = { client: null, brand: 'id' }
    const brand = await findRow<{ id: string; zone: string }>(means.db, actor, {
      ...{ table: 'brands', what: 'brand', id: brand_id, scope },
    })
    return means.db.transaction(async (trx) => {
      await holdOffPostings(trx)
      await requireClosable(trx, brand, { month, today: means.business.today(brand.zone) })
      const row = await enterClosed(means, trx, { brandId: brand.id, month }, actor)
      if (await readSetting(trx, deferIncomeSetting, { brand: brand.id })) await deferIncome(means, trx, row)
      await keepBalances(trx, row)
      await closeUntil(trx, row.brand_id, row.ends_on)
      return row
    })
  },
)

/**
 * On PostgreSQL a journal that another transaction has written and not yet committed would be missed by the balances:
 * the lock waits for it, and whoever comes later is held against the new day. SQLite has one writer.
 */
export async function holdOffPostings(trx: Trx): Promise<void> {
  if (trx.dialect === 'postgres') await trx.run(sql`lock table journals in share row exclusive mode`)
}

async function requireClosable(
  trx: Trx,
  { id, zone }: { id: string; zone: string },
  { month, today }: { month: string; today: IsoDate },
): Promise<void> {
  const { startsOn, endsOn } = daysOfMonth(month)
  const refuse = (why: 'not_over' | 'not_billed' | 'not_next' | 'closed', next = '') =>
    MonthNotClosable({ month, why, next })
  const closed = await trx.get<{ until_on: IsoDate }>(
    sql`select until_on from closed_books where brand_id = ${id} ${forUpdate(trx.dialect)}`,
  )
  if (closed && closed.until_on >= endsOn) throw refuse('closed')
  if (closed && closed.until_on < startsOn) throw refuse('not_next', monthOf(closed.until_on))
  if (endsOn > today) throw refuse('not_over')
  const billed = await trx.get<{ as_of_on: IsoDate | null; running_on: IsoDate | null }>(sql`
    select max(as_of_on) as as_of_on, min(case when status = 'running' then as_of_on end) as running_on
    from billing_runs where kind in ('renewals', ${`renewals:${zone}`})`)
  const open = billed?.running_on
  if (open && open < endsOn) throw refuse('not_billed', open)
  const last = addDays(endsOn, -1)
  if (billed?.as_of_on && billed.as_of_on < last) throw refuse('not_billed', last)
}

async function enterClosed(
  means: Means,
  trx: Trx,
  { brandId, month }: { brandId: string; month: string },
  actor: Actor,
): Promise<LedgerMonthRow> {
  const known = await trx.get<LedgerMonthRow>(
    sql`select * from ledger_months where brand_id = ${brandId} and month = ${month}`,
  )
  const now = means.business.now()
  if (known) {
    const change = { set: { closed_at: now }, body: { month } }
    return applyTransition(means, trx, {
      ...{ lifecycle: ledgerMonthLifecycle, row: known, name: 'close', actor, change },
    })
  }
  // A month has no row before it was closed once.
  demandCheck(means, trx, actor, {
    ...{ noun: 'ledger_month', transition: 'close', from: 'open', to: 'closed', facts: { month } },
    row: { id: brandId, version: 1, brand_id: brandId },
  })
  const { startsOn, endsOn } = daysOfMonth(month)
  const row: LedgerMonthRow = {
    id: means.newId('lmo'),
    brand_id: brandId,
    month,
    starts_on: startsOn,
    ends_on: endsOn,
    status: 'closed',
    closed_at: now,
    version: 1,
    created_at: now,
    updated_at: now,
  }
  await trx.insert('ledger_months', [row])
  const subject = { subject: row.id, brandId }
  await recordAudit(means, trx, actor, [{ ...subject, action: 'ledger_month.close', after: { month } }])
  await recordEvent(means, trx, actor, {
    ...{ ...subject, type: 'ledger_month.closed', body: { id: row.id, month } },
  })
  return row
}

/** The sums of all accounts at the end of the month, so that no later page adds up the years before. */
async function keepBalances(trx: Trx, month: LedgerMonthRow): Promise<void> {
  await trx.run(sql`delete from ledger_balances where month_id = ${month.id}`)
  const query = { actor: systemActor('closing'), brandId: month.brand_id }
  const balances = await balancesBefore(trx, month.ends_on, query)
  const rows = balances.filter((row) => row.balance_minor !== 0n)
  if (rows.length === 0) return
  await trx.insert(
    'ledger_balances',
    rows.map(({ account, currency, balance_minor }) => ({
      month_id: month.id,
      account,
      currency,
      balance_minor,
    })),
  )
}

export async function closeUntil(trx: Trx, brandId: string, untilOn: IsoDate): Promise<void> {
  await trx.run(sql`
    insert into closed_books (brand_id, until_on) values (${brandId}, ${untilOn})
    on conflict (brand_id) do update set until_on = excluded.until_on`)
}
