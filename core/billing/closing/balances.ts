import { all, sql, type Queries, type Sql } from '../../db/index.ts'
import type { Actor, IsoDate } from '../../kernel/index.ts'
import { scoped } from '../../records/index.ts'

export interface BalanceQuery {
  actor: Actor
  brandId?: string | null
  currency?: string | null
}

export interface AccountBalance {
  brand_id: string
  account: string
  currency: string
  balance_minor: bigint
}

/**
 * Balances of all that is dated before a day: those kept at the last close before it, and the journals since. One
 * statement, whose work is the months that are open, not the years that went before.
 */
export function balancesBefore(
  queries: Queries,
  day: IsoDate,
  query: BalanceQuery,
): Promise<AccountBalance[]> {
  return queries.all<AccountBalance>(sql`
    select x.brand_id, x.account, x.currency, sum(x.amount_minor) as balance_minor from (${parts(day, query)}) x
    group by x.brand_id, x.account, x.currency order by x.account, x.currency, x.brand_id`)
}

export interface TrialRow extends AccountBalance {
  /** Before the first day. */
  opening_minor: bigint
  debit_minor: bigint
  credit_minor: bigint
}

/** What each account held before the days from ≤ day < until, what moved in them, and what it holds after them. */
export function trialBalance(
  queries: Queries,
  days: { from: IsoDate; until: IsoDate },
  query: BalanceQuery,
): Promise<TrialRow[]> {
  const moved = sql`
    select p.brand_id, p.account, p.currency, 0 as opening_minor,
      case when p.amount_minor > 0 then p.amount_minor else 0 end as debit_minor,
      case when p.amount_minor < 0 then -p.amount_minor else 0 end as credit_minor
    from journals j join postings p on p.journal_id = j.id
    where j.effective_on >= ${days.from} and j.effective_on < ${days.until} and ${reach(query, 'j')} and ${inCurrency(query, 'p')}`
  return queries.all<TrialRow>(sql`
    select y.brand_id, y.account, y.currency, sum(y.opening_minor) as opening_minor, sum(y.debit_minor) as debit_minor,
      sum(y.credit_minor) as credit_minor, sum(y.opening_minor + y.debit_minor - y.credit_minor) as balance_minor
    from (select x.brand_id, x.account, x.currency, x.amount_minor as opening_minor, 0 as debit_minor, 0 as credit_minor
        from (${parts(days.from, query)}) x union all ${moved}) y
    group by y.brand_id, y.account, y.currency order by y.account, y.currency, y.brand_id`)
}

function parts(day: IsoDate, query: BalanceQuery): Sql {
  // A month that is being closed right now is in force once closed_books says so, and not before.
  const kept = sql`
    select m.brand_id, max(m.ends_on) as ends_on from ledger_months m join closed_books c on c.brand_id = m.brand_id
    where m.status = 'closed' and m.ends_on <= c.until_on and m.ends_on <= ${day} and ${reach(query, 'm')} group by m.brand_id`
  return sql`
    select m.brand_id, b.account, b.currency, b.balance_minor as amount_minor from (${kept}) k
      join ledger_months m on m.brand_id = k.brand_id and m.ends_on = k.ends_on
      join ledger_balances b on b.month_id = m.id where ${inCurrency(query, 'b')}
    union all
    select p.brand_id, p.account, p.currency, p.amount_minor from journals j join postings p on p.journal_id = j.id
      left join (${kept}) k on k.brand_id = j.brand_id
    where j.effective_on < ${day} and (k.ends_on is null or j.effective_on >= k.ends_on)
      and ${reach(query, 'j')} and ${inCurrency(query, 'p')}`
}

function reach({ actor, brandId }: BalanceQuery, table: 'j' | 'm'): Sql {
  const own = scoped(actor, { table, client: null })
  return brandId
    ? all([own, table === 'j' ? sql`j.brand_id = ${brandId}` : sql`m.brand_id = ${brandId}`])
    : own
}

function inCurrency({ currency }: BalanceQuery, table: 'p' | 'b'): Sql {
  if (!currency) return sql`1 = 1`
  return table === 'p' ? sql`p.currency = ${currency}` : sql`b.currency = ${currency}`
}
