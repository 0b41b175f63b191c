import type { GatewayTransaction } from '../../../../sdk/index.ts'
import { offers, type GatewayInstance, type PaymentRow } from '../../../billing/index.ts'
import { sql } from '../../../db/index.ts'
import type { Instant } from '../../../kernel/index.ts'
import { methodName } from '../../page/index.ts'
import { inMoney, type Block, type Button, type Cell } from '../blocks.ts'
import type { Desk } from '../desk.ts'
import { allowed } from './clients.ts'

export interface Details {
  told: GatewayTransaction | null
  readAt: Instant | null
  /** Whether its gateway can be asked. */
  canAsk: boolean
}

/** Columns of what a payment's gateway said, beside those of the payment (p) and its instance (i). */
export const detailColumns = sql`d.details, d.read_at, case when i.status = 'active' and g.status = 'enabled' then g.manifest end as manifest`
export const detailJoins = sql`left join gateway_details d on d.payment_id = p.id left join plugins g on g.id = i.plugin_id`

export interface DetailRow {
  details: string | null
  read_at: Instant | null
  manifest: string | null
}

export function detailsOf(row: DetailRow | undefined): Details {
  const manifest = row?.manifest ? (JSON.parse(row.manifest) as GatewayInstance['manifest']) : {}
  return {
    told: row?.details ? (JSON.parse(row.details) as GatewayTransaction) : null,
    readAt: row?.read_at ?? null,
    canAsk: offers({ manifest }, 'fetch_transaction'),
  }
}

export const detailsAct = (desk: Desk, { id, reference }: PaymentRow, { canAsk }: Details): Button[] =>
  canAsk && reference !== null && allowed(desk, 'payment.ask_details')
    ? [{ label: desk.t('payouts.details.ask'), post: `/admin/payments/${id}/ask`, icon: 'search' }]
    : []

/** What the gateway said when it was last asked. */
export function detailsBlock({ t }: Desk, { id }: PaymentRow, { told, readAt }: Details): Block[] {
  if (told === null) return []
  const head = { kind: 'facts' as const, id: `payment-${id}-details`, title: t('payouts.details.title') }
  const at = { label: t('payouts.label.read_at'), value: { at: readAt } }
  if (told.outcome === 'absent')
    return [{ ...head, items: [{ label: t('payouts.label.state'), value: t('payouts.details.absent') }, at] }]
  return [
    {
      ...head,
      items: [
        { label: t('payouts.label.state'), value: told.status },
        { label: t('payouts.label.amount'), value: inMoney(BigInt(told.amount.minor), told.amount.currency) },
        ...(told.fee
          ? [{ label: t('payouts.label.fee'), value: inMoney(BigInt(told.fee.minor), told.fee.currency) }]
          : []),
        ...told.facts,
        ...(told.url
          ? [
              {
                label: t('payouts.details.there'),
                value: { href: told.url, text: t('payouts.details.open') },
              },
            ]
          : []),
        at,
      ],
    },
  ]
}

/** Columns of the card or account (m) that a payment was charged to. */
export const savedColumns = sql`m.label as method_label, m.kind as method_kind, m.last4, m.mandate`

export interface SavedFacts {
  method_label: string | null
  method_kind: string | null
  last4: string | null
  mandate: string | null
}

/** The card or account that is charged, and since when its money is under way. */
export function methodFacts({ t }: Desk, row: PaymentRow & SavedFacts): { label: string; value: Cell }[] {
  const saved = methodName(t, row)
  return [
    ...(saved === null ? [] : [{ label: t('payments.label.saved_method'), value: saved }]),
    ...(row.mandate === null
      ? []
      : [
          {
            label: t('payments.label.mandate'),
            value: { copy: row.mandate, label: t('payments.label.mandate') },
          },
        ]),
    ...(row.pending_since === null
      ? []
      : [{ label: t('payments.label.pending_since'), value: { at: row.pending_since } }]),
    ...(row.returned_on === null
      ? []
      : [{ label: t('payments.label.returned_on'), value: { day: row.returned_on } }]),
  ]
}
