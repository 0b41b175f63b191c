import { money, type Money } from '../../../../sdk/index.ts'
import {
  feeOfOffer,
  findInstalments,
  offerFor,
  openOfPart,
  planInstalments,
  type Invoice,
} from '../../../billing/index.ts'
import { cycle, type IsoDate } from '../../../kernel/index.ts'
import type { RouteCtx } from '../../context.ts'
import type { ShownState } from './invoice-row.ts'

export interface PartView {
  position: number
  dueOn: IsoDate
  amount: Money
  open: Money
  status: ShownState
}

/** The plan by which a document is paid, or was last; null when it has none. */
export interface InstalmentsView {
  status: ShownState
  parts: PartView[]
}

export async function instalmentsView(ctx: RouteCtx, invoice: Invoice): Promise<InstalmentsView | null> {
  const { deps, t, zone } = ctx.state
  if (invoice.owed_on === null) return null
  const found = await findInstalments(deps.db, invoice.id)
  if (!found) return null
  const today = deps.business.today(zone)
  const parts = found.parts.map((part) => {
    const openMinor = openOfPart(part, invoice.allocated_minor)
    return {
      ...{ position: part.position, dueOn: part.due_on },
      amount: money(part.amount_minor, invoice.currency),
      open: money(openMinor, invoice.currency),
      status: stateOfPart(openMinor === 0n, part.due_on < today),
    }
  })
  const { status } = found.plan
  return { status: { state: status, label: t(`instalments.state.${status}`), tone: TONES[status] }, parts }
}

const TONES = { active: 'info', kept: 'good', broken: 'bad', ended: 'neutral' } as const

const stateOfPart = (isPaid: boolean, isLate: boolean): ShownState =>
  isPaid ? { state: 'paid' } : { state: isLate ? 'overdue' : 'issued' }

/** What a client may choose instead of paying at once. */
export interface InstalmentOfferView {
  action: string
  fee: Money | null
  parts: { dueOn: IsoDate; amount: Money }[]
}

export async function instalmentOfferView(
  ctx: RouteCtx,
  invoice: Invoice,
  openMinor: bigint,
): Promise<InstalmentOfferView | null> {
  const { deps, zone } = ctx.state
  if (openMinor <= 0n) return null
  const offer = await offerFor(deps.db, { invoice, openMinor })
  if (!offer) return null
  const feeMinor = feeOfOffer(offer, openMinor)
  const wish = {
    openMinor,
    parts: offer.parts,
    firstOn: deps.business.today(zone),
    every: cycle(offer.every),
  }
  return {
    action: `/portal/invoices/${invoice.id}/instalments`,
    fee: feeMinor > 0n ? money(feeMinor, invoice.currency) : null,
    parts: planInstalments(wish).map(({ dueOn, amountMinor }) => ({
      ...{ dueOn, amount: money(amountMinor, invoice.currency) },
    })),
  }
}
