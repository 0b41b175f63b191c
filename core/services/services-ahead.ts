import {
  ofBrands,
  type BilledDay,
  type OverdueService,
  type OverdueServices,
  type ServiceAhead,
  type ServicesAheadQuery,
} from '../billing/index.ts'
import { list, sql, type Sql } from '../db/index.ts'
import { addDays, maxDay, periodStart, recurs, type IsoDate } from '../kernel/index.ts'
import { ANNOUNCED_ENDS } from './end-terms.ts'
import type { ServiceRow } from './rows.ts'
import { announceEnds } from './settings.ts'
import { graceColumns } from './suspend-overdue.ts'

type Row = Omit<OverdueService, 'due_on'> &
  Pick<
    ServiceRow,
    | 'billing_status'
    | 'cancel_on'
    | 'anchor_on'
    | 'cycle'
    | 'period_index'
    | 'periods_left'
    | 'trial_ends_on'
    | 'charged_through'
  > & {
    /** Null: it is not overdue. */
    due_on: IsoDate | null
    /** Whether the client was told of its next end. */
    told: number
    notice_on: IsoDate | null
    /** Before its end, on which it is told of. */
    days: number
    has_ahead: number
  }

/** The condition that a service (s) ends, leaves its trial or changes its price by itself up to a day. */
const hasAhead = (
  until: IsoDate,
): Sql => sql`s.billing_status in ('active', 'ending') and (s.cancel_on <= ${until}
  or s.periods_left is not null or s.trial_ends_on is not null
  or exists (select 1 from service_repricings r where r.service_id = s.id and r.status = 'planned' and r.notice_on <= ${until}))`

export const clientsAhead: OverdueServices['clientsAhead'] = ({ on, brandIds }: BilledDay) => [
  sql`select s.client_id from services s where ${hasAhead(on)} and ${ofBrands(sql`s.brand_id`, brandIds)}`,
]

/**
 * What will be overdue, and what the daily steps of services will do up to a day: end what was cancelled or sold for a
 * time, and tell of it before. One statement.
 */
export const servicesAhead: OverdueServices['ahead'] = async (queries, query, preset) => {
  const { today, until } = query
  const rows = await queries.all<Row>(sql`
    select d.due_on, ${graceColumns(preset)}, s.billing_status, s.cancel_on, s.anchor_on,
      s.cycle, s.period_index, s.periods_left, s.trial_ends_on, s.charged_through, case when ${hasAhead(until)} then 1 else 0 end as has_ahead,
      case when exists (select 1 from automated_acts a where a.task = ${ANNOUNCED_ENDS} and a.subject = s.id
        and a.period = case when s.trial_ends_on > ${today} then s.trial_ends_on else s.charged_through end) then 1 else 0 end as told,
      (select min(r.notice_on) from service_repricings r where r.service_id = s.id and r.status = 'planned') as notice_on,
      coalesce((select cast(x.value as bigint) from settings x where x.key = ${announceEnds.key} and x.scope = 'installation'), ${announceEnds.preset}) as days
    from services s join clients c on c.id = s.client_id join products p on p.id = s.product_id
      left join (${query.overdue}) d on d.id = s.id
    where s.client_id in (${list(query.clientIds)}) and (d.due_on is not null or ${hasAhead(until)}) order by s.id`)
  const own = rows.filter((row) => row.has_ahead === 1)
  return {
    overdue: rows.filter((row): row is Row & OverdueService => row.due_on !== null),
    ownOf: (lastInvoicedOn) => own.flatMap((row) => aheadOfRow(row, { today, until, lastInvoicedOn })),
  }
}

type Days = Pick<ServicesAheadQuery, 'today' | 'until'> & { lastInvoicedOn: ReadonlyMap<string, IsoDate> }

function aheadOfRow(row: Row, days: Days): ServiceAhead[] {
  const { today, until } = days
  const { service_id, label, client_id, client_name, is_delivered } = row
  const endsOn = endOf(row)
  const steps = [
    { on: endsOn && maxDay(today, endsOn), template: null },
    { on: row.notice_on && maxDay(today, row.notice_on), template: 'price-change' },
    ...announced(row, endsOn, days),
  ]
  return steps.flatMap(({ on, template }) =>
    on !== null && on <= until
      ? [{ on, template, service_id, label, client_id, client_name, is_delivered }]
      : [],
  )
}

/** The day on which a service ends by itself, if no run was missed; null: none is known. */
function endOf(row: Row): IsoDate | null {
  const cancelled = row.billing_status === 'ending' ? row.cancel_on : null
  const term = endOfPeriods(row)
  return cancelled && term ? (cancelled < term ? cancelled : term) : (cancelled ?? term)
}

function endOfPeriods(row: Row): IsoDate | null {
  const { periods_left: left, anchor_on: anchor, cycle, period_index: index } = row
  if (left === null) return null
  if (left === 0) return row.charged_through
  return anchor === null || !recurs(cycle) ? null : periodStart(anchor, cycle, index + left)
}

/** What is told of the end of a trial, else of a term, the days before it: a term is over when all of it was invoiced. */
function announced(row: Row, endsOn: IsoDate | null, { today, lastInvoicedOn }: Days) {
  if (row.told === 1 || row.billing_status !== 'active' || row.cancel_on !== null) return []
  const trial = row.trial_ends_on
  const isTrial = trial !== null && trial === row.anchor_on && trial > today
  const over = isTrial ? trial : row.periods_left === null ? null : endsOn
  if (over === null) return []
  const lastOn = isTrial || row.periods_left === 0 ? addDays(today, -1) : lastInvoicedOn.get(row.service_id)
  if (lastOn === undefined) return []
  const on = maxDay(maxDay(today, addDays(over, -row.days)), addDays(lastOn, 1))
  const isAlone = row.periods_left === 0 && row.charged_through === trial
  return on < over ? [{ on, template: isTrial && !isAlone ? 'trial-converts' : 'service-term-ends' }] : []
}
