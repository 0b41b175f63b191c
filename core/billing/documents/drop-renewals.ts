import { forUpdate, list, sql, type Trx } from '../../db/index.ts'
import { systemActor, type IsoDate } from '../../kernel/index.ts'
import type { Means } from '../../records/index.ts'
import { dropCarried } from '../carry/index.ts'
import { asksAhead, droppedBy, notGivenBack } from '../charge-cause.ts'
import { creditLines } from '../credit-invoice.ts'
import { creditable } from '../creditable.ts'
import type { InvoiceLineRow } from '../invoice.ts'
import { replaceDocuments } from '../regroup/replace-documents.ts'
import { lockInvoice } from '../settle-invoice.ts'
import { voidIssued } from '../void-invoice.ts'
import { dropChanges } from './drop-changes.ts'

const actor = systemActor('cancellation')
const REASON = 'The service was cancelled before this period'

export interface Cancelled {
  cancellationId: string
  serviceId: string
  effectiveOn: IsoDate
}

/**
 * A cancelled service owes nothing for periods that begin after its end: an unpaid renewal that holds nothing else is
 * voided, one that holds more is lowered by a credit note, a proforma gives way to one of what is left. What changes have
 * moved of these periods goes with them. The charges give up their place, so that a cancellation that
 * is taken back can be followed by a new charge. One that was taken back meanwhile drops nothing, and what a change has
 * given back as credit stays owed. What staff have credited in full is given to the client: it stays charged.
 */
export async function dropRenewals(means: Means, trx: Trx, cancelled: Cancelled): Promise<void> {
  const cancellation = await trx.get<{ status: string }>(
    sql`select status from cancellations where id = ${cancelled.cancellationId} ${forUpdate(trx.dialect)}`,
  )
  if (cancellation?.status === 'undone') return
  const parts = await trx.all<{ id: string }>(
    sql`select id from services where id = ${cancelled.serviceId} or parent_id = ${cancelled.serviceId}`,
  )
  const sources = parts.map((row) => row.id)
  const open = await trx.all<{ id: string }>(sql`
    select distinct i.id from invoices i join invoice_lines l on l.invoice_id = i.id join charges c on c.id = l.charge_id
    where ${notGivenBack} and i.status = 'issued' and ${asksAhead} and l.source_id in (${list(sources)}) and l.period_start >= ${cancelled.effectiveOn} order by i.id`)
  const carried = await dropCarried(trx, { sources, from: cancelled.effectiveOn })
  await giveUp(trx, cancelled, carried)
  const unused: UnusedLine[] = []
  for (const { id } of open)
    unused.push(...(await dropLines(means, trx, { invoiceId: id, sources, from: cancelled.effectiveOn })))
  const dropped = carried.length > 0 ? unused : withoutGifts(unused)
  await giveUp(
    trx,
    cancelled,
    dropped.map(({ line }) => line.charge_id),
  )
  const periods = {
    cancellationId: cancelled.cancellationId,
    lines: dropped.map(({ line }) => line),
    reason: REASON,
  }
  await giveUp(trx, cancelled, await dropChanges(means, trx, periods))
}

interface UnusedLine {
  line: InvoiceLineRow
  /** What credit notes of before had taken of it. */
  creditedMinor: bigint
}

/**
 * Without the periods of which nothing was owed any more, because staff had credited them. Only from the first on: the
 * run charges everything after a period that it charges again.
 */
function withoutGifts(unused: readonly UnusedLine[]): UnusedLine[] {
  const isGift = (of: readonly UnusedLine[]): boolean =>
    of.some(({ creditedMinor }) => creditedMinor !== 0n) &&
    of.reduce((left, { line, creditedMinor }) => left + line.amount_minor - creditedMinor, 0n) === 0n
  return [...Map.groupBy(unused, ({ line }) => line.source_id).values()].flatMap((own) => {
    const periods = [...Map.groupBy(own, ({ line }) => line.period_start ?? '')].sort(([a], [b]) =>
      a < b ? -1 : 1,
    )
    const first = periods.findIndex(([, of]) => !isGift(of))
    return first < 0 ? [] : periods.slice(first).flatMap(([, of]) => of)
  })
}

/** The charges leave their place. */
async function giveUp(
  trx: Trx,
  { cancellationId }: Cancelled,
  chargeIds: readonly (string | null)[],
): Promise<void> {
  if (chargeIds.length === 0) return
  await trx.run(
    sql`update charges set cause = ${droppedBy(cancellationId)} || cause where id in (${list(chargeIds)})`,
  )
}

interface Dropped {
  invoiceId: string
  sources: readonly string[]
  from: IsoDate
}

async function dropLines(
  means: Means,
  trx: Trx,
  { invoiceId, sources, from }: Dropped,
): Promise<UnusedLine[]> {
  const invoice = await lockInvoice(trx, invoiceId)
  const touched = await trx.get(
    sql`select id from allocations where invoice_id = ${invoiceId} and kind = 'payment'
      union all select id from invoices where corrects_id = ${invoiceId} and kind = 'credit_note' limit 1`,
  )
  const all = await trx.all<InvoiceLineRow>(
    sql`select * from invoice_lines where invoice_id = ${invoiceId} order by position`,
  )
  const unused = await trx.all<InvoiceLineRow>(sql`
    select l.* from invoice_lines l join charges c on c.id = l.charge_id
    where l.invoice_id = ${invoiceId} and l.source_id in (${list(sources)}) and l.period_start >= ${from} and ${notGivenBack}
    order by l.position`)
  const known = await creditable(trx, invoice)
  const ids = new Set(unused.map(({ id }) => id))
  const credits = known.filter(({ line }) => ids.has(line.id))
  if (unused.length === all.length && !touched) {
    await voidIssued(means, trx, { invoiceId, reason: REASON }, actor)
    return credits
  }
  if (invoice.proforma === 1) {
    const lines = known.flatMap(({ line }) => (ids.has(line.id) ? [] : [line]))
    const parts = [{ lines, dueOn: invoice.due_on }]
    await replaceDocuments(means, trx, { kind: 'split', invoices: [invoice], parts, reason: REASON }, actor)
    return credits
  }
  await creditUnused(means, trx, invoiceId, credits)
  return credits
}

/** A line of nothing, and one that staff have credited already, has nothing to give back. */
async function creditUnused(
  means: Means,
  trx: Trx,
  invoiceId: string,
  unused: readonly UnusedLine[],
): Promise<void> {
  const open = unused
    .map(({ line, creditedMinor }) => ({
      position: line.position,
      leftMinor: line.amount_minor - creditedMinor,
    }))
    .filter(({ leftMinor }) => leftMinor !== 0n)
  if (open.reduce((sum, { leftMinor }) => sum + leftMinor, 0n) <= 0n) return
  const lines = open.map(({ position }) => ({ position }))
  const unasked = 'the service has ended, about which plugins were asked'
  await creditLines(means, trx, { invoiceId, lines, reason: REASON, unasked }, actor)
}
