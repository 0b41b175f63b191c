import { anyCredited, leftOfPeriods, notGivenBack, type LeftOfPeriod } from '../billing/index.ts'
import { list, sql, type Queries } from '../db/index.ts'
import { assert, type IsoDate } from '../kernel/index.ts'
import type { ChangeState } from './change-state.ts'
import { paidColumns, paidIn, type PaidByAnother, type PaidColumns } from './paid-by-another.ts'
import type { Coupon } from './plan-periods.ts'
import type { Rest, Span } from './prorate.ts'
import { AFTER_COUPON, anyDiscount, type ServiceDiscount } from './service-discounts.ts'
import type { ServiceRow } from './rows.ts'
import { laidDown, termColumns, termsIn, type TermRow, type Terms } from './terms.ts'

/** What lowered a period, as it was charged. */
export type Lowering = Pick<ServiceDiscount, 'id' | 'cause' | 'cause_id' | 'percent_ppm' | 'amount_minor'>

export interface PricedFacts {
  oldName: string
  /** Time, after the day since which they are asked for, that a client of before has paid. */
  paidByAnother: PaidByAnother | null
  terms: Terms
  /** What lowered a part of the charged time, in the order in which it was taken off. */
  loweredIn: (time: Pick<Span, 'from' | 'to'>) => readonly Lowering[]
  /** What credit notes left of a part of the charged time; null where they took nothing. */
  leftOf: (rest: Pick<Rest, 'fromOn' | 'endsOn'>) => LeftOfPeriod | null
  /** What lowers the periods that come, too, once some are given back. */
  lasting: (returned: Returned) => { coupon?: Coupon | undefined; further: readonly ServiceDiscount[] }
}

/** Periods that are given back, by what lowered them: the coupon of the service, and discounts by their ids. */
export interface Returned {
  coupon: number
  discounts: Readonly<Record<string, number>>
}

export const NONE_RETURNED: Returned = { coupon: 0, discounts: {} }

type ChargedService = Pick<ServiceRow, 'id' | 'coupon_cycles_left'>

interface FactRow extends OrNull<Coupon>, OrNull<TermRow>, PaidColumns {
  service_id: string
  paid_in: string
  any_discount: number
  any_lowered: number
  any_credited: number
  name: string
}

/** Null, all of them, where there is no coupon, or nothing is laid down. */
type OrNull<T> = { [K in keyof T]: T[K] | null }

/** What discounts of services are known by. */
interface Known {
  name: string
  coupon: Coupon | undefined
  rows: readonly ServiceDiscount[]
  charged: readonly ChargedRow[]
}

/** Read along, it saves the statement where no discount was ever charged: most services have none. */
const ANY_LOWERED = sql`case when exists (select 1 from charges c where c.source_id = s.id and c.kind = 'discount')
  or exists (select 1 from service_changes h where h.service_id = s.id and h.kind = 'plan' and h.status = 'applied') then 1 else 0 end`

/** For services together, of the time from a day on: one statement, one each for discounts and their charges, two where something was credited. */
export async function pricedFactsOf(
  queries: Queries,
  services: readonly ChargedService[],
  since: IsoDate,
): Promise<(serviceId: string) => PricedFacts> {
  const ids = list(services.map(({ id }) => id))
  const named = await queries.all<FactRow>(sql`
    select s.id as service_id, s.currency as paid_in, ${anyDiscount} as any_discount, ${ANY_LOWERED} as any_lowered, ${anyCredited(sql`s.id`)} as any_credited, p.name, ${paidColumns(since)}, k.id, k.code, k.percent_ppm, k.currency, k.amount_minor, ${termColumns}
    from services s join products p on p.id = s.product_id left join coupons k on k.id = s.coupon_id
    left join settings x on ${laidDown(sql`s.brand_id, s.client_id`)} where s.id in (${ids})`)
  const rows =
    (named[0]?.any_discount ?? 0) === 0
      ? []
      : await queries.all<ServiceDiscount & { ended_at: string | null }>(
          sql`select * from service_discounts where service_id in (${ids}) order by position, id`,
        )
  const ofService = Map.groupBy(rows, (row) => row.service_id)
  const isLowered = named.some(({ any_lowered }) => Number(any_lowered) > 0)
  const found = isLowered ? await chargedRows(queries, services, since) : []
  const charged = Map.groupBy(found, (row) => row.service_id)
  const credited = named.flatMap((row) => (Number(row.any_credited) > 0 ? [row.service_id] : []))
  const leftOf = await leftOfPeriods(queries, [...new Set(credited)])
  const left = new Map(services.map((service) => [service.id, service.coupon_cycles_left]))
  const facts = new Map(
    [...Map.groupBy(named, (row) => row.service_id)].map(([id, facts]) => {
      const [row] = facts as [FactRow]
      const rows = ofService.get(id) ?? []
      const known = { name: row.name, coupon: couponOf(row), rows, charged: charged.get(id) ?? [] }
      const lasting: PricedFacts['lasting'] = ({ coupon, discounts }) => ({
        coupon: left.get(id) === 0 && coupon === 0 ? undefined : known.coupon,
        further: rows.filter((d) => d.ended_at === null && (d.periods_left !== 0 || discounts[d.id])),
      })
      const own: PricedFacts = {
        ...{
          oldName: row.name,
          paidByAnother: paidIn(row),
          terms: termsOf(facts),
          loweredIn: loweredBy(known),
          lasting,
        },
        leftOf: ({ fromOn, endsOn }) => leftOf({ sourceId: id, fromOn, endsOn }),
      }
      return [id, own]
    }),
  )
  return (serviceId) => {
    const known = facts.get(serviceId)
    assert(known, `service ${serviceId} has a product`)
    return known
  }
}

const termsOf = (rows: readonly FactRow[]): Terms =>
  termsIn(rows.filter((row): row is FactRow & TermRow => row.term_key !== null))

function couponOf(row: FactRow): Coupon | undefined {
  const { id, code, paid_in, percent_ppm, currency, amount_minor } = row
  if (percent_ppm === null && currency !== paid_in) return undefined
  return id === null || code === null ? undefined : { id, code, percent_ppm, currency, amount_minor }
}

interface ChargedRow {
  service_id: string
  what: 'discount' | 'change'
  id: string
  cause: string
  period_start: IsoDate | null
  period_end: IsoDate | null
  amount_minor: bigint
  /** The trace of the line, or what the change brought. */
  body: string | null
}

/** Discounts as they stand on documents, and the changes that began a cycle of its own, in their order. */
function chargedRows(
  queries: Queries,
  services: readonly ChargedService[],
  since: IsoDate,
): Promise<ChargedRow[]> {
  const ids = list(services.map(({ id }) => id))
  return queries.all<ChargedRow>(sql`
    select c.source_id as service_id, 'discount' as what, c.id, c.cause, c.period_start, c.period_end, c.amount_minor, l.trace as body,
      l.invoice_id as document, l.position from charges c left join invoice_lines l on l.charge_id = c.id
    where c.source_id in (${ids}) and c.kind = 'discount' and ${notGivenBack} and c.cause not like 'dropped/%' and c.period_end > ${since}
    union all
    select h.service_id, 'change', h.id, '', null, null, 0, h.after_state, h.id, 0 from service_changes h
    where h.service_id in (${ids}) and h.kind = 'plan' and h.status = 'applied'
    order by 9, 10`)
}

interface Generation {
  anchorOn: IsoDate
  through: IsoDate
  counts: NonNullable<ChangeState['days']>['counts']
}

/** A change of the cycle begins a time of its own: what lowered the time before it says nothing of the days after. */
function loweredBy(known: Known): PricedFacts['loweredIn'] {
  const generations = known.charged.flatMap((row): Generation[] => {
    const days = row.what === 'change' ? (JSON.parse(row.body!) as ChangeState).days : null
    return days
      ? [{ anchorOn: days.beginsOn ?? days.anchorOn, through: days.chargedThrough, counts: days.counts }]
      : []
  })
  const discounts = new Map(known.charged.flatMap((row) => (row.what === 'change' ? [] : [[row.id, row]])))
  return ({ from, to }) => {
    const own = generations.findLast(({ anchorOn }) => anchorOn <= from)
    if (own?.counts && to <= own.through) return countedIn(own.counts, known)
    return [...discounts.values()]
      .filter(({ period_start: start, period_end: end }) => start! <= from && end! >= to)
      .filter(({ period_start: start }) => !own || start! >= own.anchorOn)
      .map((row) => loweringOf(row, known))
  }
}

function countedIn(
  { coupon: isLowered, discounts }: NonNullable<Generation['counts']>,
  { coupon, rows }: Known,
): Lowering[] {
  const counted = rows.filter(({ id }) => discounts.includes(id))
  const before = counted.filter(({ position }) => position < AFTER_COUPON)
  const after = counted.filter(({ position }) => position >= AFTER_COUPON)
  return [...before, ...(isLowered && coupon ? [ofCoupon(coupon)] : []), ...after]
}

const ofCoupon = ({ id, percent_ppm, amount_minor }: Coupon): Lowering => ({
  ...{ id, cause: 'coupon', cause_id: id, percent_ppm, amount_minor },
})

/** A sum that an order shared between its items took off each what its document says. */
function loweringOf({ id, cause, amount_minor, body }: ChargedRow, { coupon, rows }: Known): Lowering {
  const { period_minor, coupon_id } = JSON.parse(body ?? '{}') as {
    period_minor?: string
    coupon_id?: string
  }
  const sum = (minor: bigint): Lowering => ({
    ...{ id, cause: 'coupon', cause_id: coupon_id ?? '', percent_ppm: null, amount_minor: minor },
  })
  if (period_minor !== undefined) return sum(BigInt(period_minor))
  if (coupon && (cause === '' || cause === coupon.id)) return ofCoupon(coupon)
  return rows.find((row) => cause === row.id || cause === row.cause_id) ?? sum(-amount_minor)
}

export async function pricedFacts(
  queries: Queries,
  service: ChargedService,
  since: IsoDate,
): Promise<PricedFacts> {
  return (await pricedFactsOf(queries, [service], since))(service.id)
}
