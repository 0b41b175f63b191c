import { divideHalfUp } from '../../sdk/index.ts'
import { list, sql, type Queries, type Sql } from '../db/index.ts'
import {
  chargesThrough,
  fill,
  isGift,
  pour,
  takenBack,
  traceOf,
  type Filling,
  type PeriodLine,
} from './given-back.ts'
import { statedMinor } from './untaxed-price.ts'

/** Days of a service from one on to one that is none of them any more. */
export interface ServiceDays {
  sourceId: string
  fromOn: string
  endsOn: string
}

/** What credit notes left of what was charged for some days. */
export interface LeftOfPeriod {
  /** The price of a whole period, less its share of what was credited; as the document states prices. */
  price: (minor: bigint) => bigint
  /** More than this is not given back; as the brand states prices. */
  mostMinor: bigint
}

/** Null where nothing of what was charged for these days was credited. */
export type LeftOfPeriods = (days: ServiceDays) => LeftOfPeriod | null

/** A line that may stand on a document that was declared void: nothing is owed for its days. */
export interface HeldLine extends PeriodLine {
  voided: number
}

/** A line of a credit note. */
export interface NoteLine {
  note_id: string
  amount_minor: bigint
  trace: string
}

/** Whether a credit note took something of a line of this service, or a document of it was declared void. */
export const anyCredited = (
  serviceId: Sql,
): Sql => sql`case when exists (select 1 from invoice_lines y join invoices z on z.corrects_id = y.invoice_id
  and z.kind = 'credit_note' where y.source_id = ${serviceId}) or exists (select 1 from invoice_lines y
  join invoices z on z.id = y.invoice_id and z.status = 'void' where y.source_id = ${serviceId}) then 1 else 0 end`

/** What is left of the charged periods of services: two statements, however many. */
export async function leftOfPeriods(queries: Queries, sourceIds: readonly string[]): Promise<LeftOfPeriods> {
  if (sourceIds.length === 0) return () => null
  const periods = await queries.all<HeldLine>(sql`
    select l.id, l.invoice_id, l.kind, l.amount_minor, l.trace, l.charge_id, l.source_id, l.period_start, l.period_end, c.cause,
      case when i.status = 'void' then 1 else 0 end as voided
    from invoice_lines l join invoices i on i.id = l.invoice_id join charges c on c.id = l.charge_id
    where l.source_id in (${list(sourceIds)}) and l.kind in ('recurring', 'option', 'discount', 'change')
      and l.period_end is not null and (i.status not in ('draft', 'void') or ${voidedByItself})
    order by l.charge_id`)
  const notes = await queries.all<NoteLine>(sql`
    select n.id as note_id, l.amount_minor, l.trace from invoices n join invoice_lines l on l.invoice_id = n.id
    where n.kind = 'credit_note' and n.corrects_id in (${list([...new Set(periods.map(({ invoice_id }) => invoice_id))])})
    order by n.id, l.position`)
  return leftOf(periods, notes)
}

/** A change that was taken back says nothing of its days, and what stands on another document now is owed there. */
const voidedByItself = sql`i.status = 'void' and l.kind <> 'change'
  and not exists (select 1 from invoice_lines x where x.live_charge_id = l.charge_id)`

/** What was charged together: at full price for the days that nobody gave back, and what notes took of that. */
interface Standing {
  filling: Filling
  fullMinor: bigint
  creditedMinor: bigint
  /** All that was charged, and what the brand stated for it. */
  chargedMinor: bigint
  statedMinor: bigint
}

/**
 * Pure: a period of which a part was credited cost less, each of its days by its share. Charges, gifts and notes count in
 * the order in which they came. A change that was credited as a whole says nothing of its days: those of before do. A
 * document that was declared void counts as credited: whoever never owed a period gets nothing back of it.
 */
export function leftOf(periods: readonly HeldLine[], notes: readonly NoteLine[]): LeftOfPeriods {
  const standings = standingsOf(periods, notes)
  return ({ sourceId, fromOn, endsOn }) => {
    const own = [...standings.values()].filter(({ filling }) =>
      filling.lines.some(
        (line) => line.source_id === sourceId && line.period_start < endsOn && line.period_end > fromOn,
      ),
    )
    const last = own.findLast((one) => !isUndone(one))
    if (!last || !own.some(({ creditedMinor }) => creditedMinor !== 0n)) return null
    const leftMinor = leftIn(last)
    const { fullMinor } = last
    const price = (minor: bigint) => (fullMinor > 0n ? divideHalfUp(minor * leftMinor, fullMinor) : 0n)
    return { price, mostMinor: asStated(last, leftMinor) }
  }
}

function standingsOf(periods: readonly HeldLine[], notes: readonly NoteLine[]): Map<Filling, Standing> {
  const fillings = new Map<string, Filling>()
  const standings = new Map<Filling, Standing>()
  const ofLine = new Map<string, Standing>()
  const taken = takenBack(periods, notes)
  const waiting = [...notes]
  const credit = (before: string) => {
    while (waiting.length > 0 && chargesThrough(waiting[0]!.note_id) < before) {
      const { trace, amount_minor } = waiting.shift()!
      const standing = ofLine.get(traceOf({ trace }).credits ?? '')
      if (standing) take(standing, -amount_minor)
    }
  }
  for (const line of periods) {
    credit(line.charge_id)
    if (traceOf(line).reverses) continue
    if (isGift(line))
      for (const { filling, minor } of pour(fillings, line, -line.amount_minor - (taken.get(line.id) ?? 0n)))
        give(standings.get(filling)!, minor)
    else {
      const filling = fill(fillings, line)
      const standing = standings.get(filling) ?? newStanding(filling)
      standing.fullMinor += line.amount_minor
      standing.chargedMinor += line.amount_minor
      standing.statedMinor += statedMinor(line)
      standings.set(filling, standing)
      ofLine.set(line.id, standing)
      if (line.voided) take(standing, line.amount_minor)
    }
  }
  credit('chg_~')
  return standings
}

const newStanding = (filling: Filling): Standing => ({
  ...{ filling, fullMinor: 0n, creditedMinor: 0n, chargedMinor: 0n, statedMinor: 0n },
})

/** Documents hold what was paid; a price that was reduced is stated higher. */
const asStated = ({ chargedMinor, statedMinor: stated }: Standing, minor: bigint): bigint =>
  chargedMinor > 0n ? divideHalfUp(minor * stated, chargedMinor) : minor

/** Before tax rounding and with its sign; what was given back counts as gone already. */
const leftIn = ({ filling }: Standing): bigint => {
  const left = filling.netMinor - filling.givenMinor
  return left > 0n ? left : 0n
}

function take(standing: Standing, minor: bigint): void {
  standing.creditedMinor += minor
  standing.filling.netMinor -= minor
}

/** Days that were given back at what was left of their price take their full price along. */
function give(standing: Standing, minor: bigint): void {
  const before = leftIn(standing) + minor
  if (before > 0n) standing.fullMinor -= divideHalfUp(standing.fullMinor * minor, before)
}

const isUndone = (standing: Standing): boolean =>
  standing.creditedMinor > 0n &&
  leftIn(standing) === 0n &&
  standing.filling.lines.every(({ kind }) => kind === 'change')
