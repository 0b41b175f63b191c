import { list, sql, type Queries } from '../../db/index.ts'
import { addDays, maxDay, type IsoDate } from '../../kernel/index.ts'
import type { ScopedSetting } from '../../records/index.ts'
import { isExpiring, tellOn } from '../dunning/remind-expiring.ts'
import { account } from '../ledger.ts'
import { creditKey, type CreditAhead } from './documents-ahead.ts'

/** A saved method of whose expiry its holder will be told. */
export interface ExpiringAhead {
  on: IsoDate
  clientId: string
  clientName: string
  label: string
}

export interface Standing {
  /** Those whom no person has to look at first. */
  billable: string[]
  /** Without the credit that settings say documents leave alone. */
  credit: CreditAhead
  expiring: ExpiringAhead[]
}

interface Wanted {
  clientIds: readonly string[]
  today: IsoDate
  until: IsoDate
  rules: { byItself: ScopedSetting<boolean>; expiry: ScopedSetting<number> }
}

interface Row {
  what: 'parked' | 'credit' | 'method'
  client_id: string
  client_name: string
  name: string
  value: string
}

/** How clients stand before anything is planned for them: one statement. */
export async function standingAhead(queries: Queries, wanted: Wanted): Promise<Standing> {
  const { clientIds, today, until, rules } = wanted
  const ids = list(clientIds)
  const days = rules.expiry.values[0]!
  const from = { from: today, until: addDays(until, days) }
  const rows = await queries.all<Row>(sql`
    select 'parked' as what, x.client_id, '' as client_name, '' as name, '' as value from parked_clients x
    where x.postponed = 0 and x.client_id in (${ids})
    union all select 'credit', p.client_id, '', p.currency, cast(-sum(p.amount_minor) as text)
    from postings p join clients c on c.id = p.client_id
    where p.client_id in (${ids}) and p.account = ${account.clientCredit} and ${rules.byItself.has(true, { brand: sql`c.brand_id`, client: sql`c.id` })}
    group by p.client_id, p.currency having sum(p.amount_minor) < 0
    union all select 'method', m.client_id, coalesce(c.company, c.name), m.label, m.expires_on
    from payment_methods m join clients c on c.id = m.client_id where m.client_id in (${ids}) and ${isExpiring(from)}`)
  const of = (what: Row['what']) => rows.filter((row) => row.what === what)
  const parked = new Set(of('parked').map(({ client_id }) => client_id))
  return {
    billable: clientIds.filter((id) => !parked.has(id)),
    credit: new Map(of('credit').map((row) => [creditKey(row.client_id, row.name), BigInt(row.value)])),
    expiring: days === 0 ? [] : of('method').flatMap((row) => toldOf(row, { today, until, days })),
  }
}

function toldOf(row: Row, { today, until, days }: { today: IsoDate; until: IsoDate; days: number }) {
  const on = maxDay(today, tellOn(row.value, days))
  if (on > until || on.slice(0, 7) > row.value) return []
  return [{ on, clientId: row.client_id, clientName: row.client_name, label: row.name }]
}
