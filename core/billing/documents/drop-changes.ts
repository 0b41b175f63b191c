import { list, sql, type Trx } from '../../db/index.ts'
import { assert, systemActor, type IsoDate } from '../../kernel/index.ts'
import type { Means } from '../../records/index.ts'
import { notGivenBack } from '../charge-cause.ts'
import { asLineOf } from '../charged-taxes.ts'
import { applyCredit } from '../credit/apply-credit.ts'
import { creditLines } from '../credit-invoice.ts'
import { creditable } from '../creditable.ts'
import { planTaxed } from '../determine-taxes.ts'
import type { DraftLine, LineKind } from '../draft.ts'
import { giveUnusedOf } from '../give-unused.ts'
import type { InvoiceLineRow, InvoiceRow } from '../invoice.ts'
import { loadBuyers, loadSeller } from '../parties.ts'
import { lockInvoice } from '../settle-invoice.ts'
import { statedLine } from '../untaxed-price.ts'
import { writeInvoices } from '../write-invoices.ts'

const actor = systemActor('cancellation')

export interface DroppedPeriods {
  cancellationId: string
  /** Lines of the renewals that a cancellation dropped. */
  lines: readonly InvoiceLineRow[]
  reason: string
}

/**
 * What a change within the cycle charged or gave back for a period is void with that period: the difference that was
 * paid becomes credit, and credit for a period that was never paid is taken back. Answers the charges that give up
 * their place.
 */
export async function dropChanges(means: Means, trx: Trx, of: DroppedPeriods): Promise<(string | null)[]> {
  const moved = await movedIn(trx, of.lines)
  for (const [id, lines] of Map.groupBy(moved, (line) => line.invoice_id)) {
    const document = await lockInvoice(trx, id)
    const open = await notCredited(trx, document, lines)
    const sums = sumsOf(open)
    if (document.kind === 'invoice' && sums.totalMinor > 0n)
      await creditLines(means, trx, { ...credited(id, open), reason: of.reason }, actor)
    else if (sums.totalMinor !== 0n || sums.taxMinor !== 0n)
      await mirror(means, trx, { of, document, lines: open })
  }
  return moved.map((line) => line.charge_id)
}

const credited = (invoiceId: string, lines: readonly InvoiceLineRow[]) => ({
  ...{ invoiceId, lines: lines.map(({ position }) => ({ position })) },
  unasked: 'the service has ended, about which plugins were asked',
})

/** Lines of changes that were made and stayed in the cycle, for exactly these periods. */
async function movedIn(trx: Trx, dropped: readonly InvoiceLineRow[]): Promise<InvoiceLineRow[]> {
  const periods = dropped.filter(({ kind }) => kind === 'recurring')
  const sources = [...new Set(periods.flatMap(({ source_id }) => source_id ?? []))]
  if (sources.length === 0) return []
  const rows = await trx.all<InvoiceLineRow & { after_state: string }>(sql`
    select l.*, h.after_state from service_changes h join charges c on c.source_id = h.service_id and c.kind = 'change'
      and c.cause in (h.id || ':credit', h.id || ':charge')
    join invoice_lines l on l.charge_id = c.id join invoices i on i.id = l.invoice_id
    where h.service_id in (${list(sources)}) and h.status = 'applied' and i.status in ('issued', 'paid') and ${notGivenBack}
    order by l.invoice_id, l.position`)
  const isDropped = ({ source_id, period_start, period_end }: InvoiceLineRow): boolean =>
    periods.some(
      (one) =>
        one.source_id === source_id && one.period_start === period_start && one.period_end === period_end,
    )
  return rows
    .filter(({ after_state }) => (JSON.parse(after_state) as { days: unknown }).days === null)
    .map(({ after_state: _, ...line }) => line)
    .filter(isDropped)
}

/** What staff have credited already is given to the client. */
async function notCredited(
  trx: Trx,
  document: InvoiceRow,
  lines: readonly InvoiceLineRow[],
): Promise<InvoiceLineRow[]> {
  const known = new Map((await creditable(trx, document)).map((one) => [one.line.id, one.creditedMinor]))
  return lines.filter(({ id, amount_minor }) => known.get(id) !== amount_minor)
}

function sumsOf(lines: readonly InvoiceLineRow[]): { totalMinor: bigint; taxMinor: bigint } {
  const taxMinor = lines.reduce((sum, line) => sum + line.tax_minor, 0n)
  return { taxMinor, totalMinor: lines.reduce((sum, line) => sum + line.net_minor, taxMinor) }
}

interface Mirrored {
  of: DroppedPeriods
  document: InvoiceRow
  lines: readonly InvoiceLineRow[]
}

/** A document of the same lines the other way round: a credit note cannot be credited. */
async function mirror(means: Means, trx: Trx, { of, document, lines }: Mirrored): Promise<void> {
  const { brand_id: brandId, client_id: clientId, currency } = document
  const seller = await loadSeller(trx, brandId, clientId)
  const from = { ...seller, pricesIncludeTax: document.prices_include_tax === 1 }
  const buyer = (await loadBuyers(trx, [clientId])).get(clientId)
  assert(buyer, `client ${clientId} exists`)
  const issuedOn = means.business.today(from.zone)
  const turned: DraftLine[] = []
  for (const line of lines)
    turned.push({ ...mirrored(line, of.cancellationId), ...(await asLineOf(trx, line, document)) })
  const draft = {
    ...{ brandId, clientId, currency, origin: 'change' as const, originId: of.cancellationId },
    ...{ dueOn: issuedOn, notes: of.reason, lines: turned },
  }
  const plan = await planTaxed(means, trx, { draft, buyer, from, issuedOn })
  if (plan.totalMinor < 0n) {
    const note = { ...plan, draft: { ...plan.draft, kind: 'credit_note' as const } }
    await giveUnusedOf(means, trx, note, actor)
    return
  }
  const [invoice] = await writeInvoices(means, trx, [{ ...plan, proforma: false }], actor)
  await applyCredit(means, trx, invoice!, actor)
}

function mirrored(line: InvoiceLineRow, cancellationId: string): DraftLine {
  const { change, part } = JSON.parse(line.trace) as { change: string; part: string }
  const { amountMinor } = statedLine(line)
  return {
    ...{ sourceId: line.source_id, kind: line.kind as LineKind, description: line.description },
    ...{ cause: `${cancellationId}:${change}:${part}`, quantity: 1, taxClass: line.tax_class },
    ...{ unitMinor: -amountMinor, amountMinor: -amountMinor },
    ...{ periodStart: line.period_start as IsoDate, periodEnd: line.period_end as IsoDate },
    trace: { cancellation: cancellationId, reverses: line.id },
  }
}
