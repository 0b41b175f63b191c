import { sql, type Queries, type Sql } from '../../db/index.ts'
import { addDays, maxDay, type IsoDate } from '../../kernel/index.ts'
import type { ScopedSetting } from '../../records/index.ts'
import { isExpiring, tellOn } from '../dunning/remind-expiring.ts'
import { account } from '../ledger.ts'
import type { BillableSource } from '../billable-source.ts'
import { creditKey, type CreditAhead } from './documents-ahead.ts'
import { chosenClients, namedClients, type ClientsWanted, type NextClients } from './next-clients.ts'

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
  today: IsoDate
  until: IsoDate
  rules: { byItself: ScopedSetting<boolean>; expiry: ScopedSetting<number> }
}

interface Row {
  what: 'named' | 'parked' | 'credit' | 'method'
  client_id: string
  source: number
  client_name: string
  name: string
  value: string
}

/** The next clients, or one, and how they stand before anything is planned for them: one statement. */
export async function standingAhead(
  queries: Queries,
  wanted: Wanted,
  of: { sources: readonly BillableSource[]; among: ClientsWanted | { clientId: string } },
): Promise<Standing & NextClients> {
  const { today, until, rules } = wanted
  const days = rules.expiry.values[0]!
  const isOne = 'clientId' in of.among
  const named = 'clientId' in of.among ? oneClient(of.among.clientId) : namedClients(of.sources, of.among)
  const rows = await queries.all<Row>(standing(named, { rules, from: today, until: addDays(until, days) }))
  const the = (what: Row['what']) => rows.filter((row) => row.what === what)
  const limit = 'clientId' in of.among ? 1 : of.among.limit
  const next = chosenClients(the('named'), of.sources, limit)
  const chosen = new Set(next.clientIds)
  const parked = new Set(the('parked').map(({ client_id }) => client_id))
  return {
    ...next,
    sources: isOne ? [...of.sources] : next.sources,
    billable: next.clientIds.filter((id) => !parked.has(id)),
    credit: new Map(the('credit').map((row) => [creditKey(row.client_id, row.name), BigInt(row.value)])),
    expiring:
      days === 0
        ? []
        : the('method').flatMap((row) =>
            chosen.has(row.client_id) ? toldOf(row, { today, until, days }) : [],
          ),
  }
}

const oneClient = (id: string): Sql =>
  sql`select cast(${id} as text) as client_id, cast(0 as integer) as source`

function standing(named: Sql, of: { rules: Wanted['rules']; from: IsoDate; until: IsoDate }): Sql {
  const among = sql`(select n.client_id from named n)`
  const byItself = of.rules.byItself.has(true, { brand: sql`c.brand_id`, client: sql`c.id` })
  return sql`
    with named as (${named})
    select 'named' as what, n.client_id, n.source, '' as client_name, '' as name, '' as value from named n
    union all select 'parked', x.client_id, 0, '', '', '' from parked_clients x where x.postponed = 0 and x.client_id in ${among}
    union all select 'credit', p.client_id, 0, '', p.currency, cast(-sum(p.amount_minor) as text)
    from postings p join clients c on c.id = p.client_id
    where p.client_id in ${among} and p.account = ${account.clientCredit} and ${byItself}
    group by p.client_id, p.currency having sum(p.amount_minor) < 0
    union all select 'method', m.client_id, 0, coalesce(c.company, c.name), m.label, m.expires_on
    from payment_methods m join clients c on c.id = m.client_id where m.client_id in ${among} and ${isExpiring(of)}`
}

function toldOf(row: Row, { today, until, days }: { today: IsoDate; until: IsoDate; days: number }) {
  const on = maxDay(today, tellOn(row.value, days))
  if (on > until || on.slice(0, 7) > row.value) return []
  return [{ on, clientId: row.client_id, clientName: row.client_name, label: row.name }]
}
