import type { GatewayTransaction } from '../../../../sdk/index.ts'
import { offers, type GatewayInstance, type PaymentRow } from '../../../billing/index.ts'
import { sql } from '../../../db/index.ts'
import type { Instant } from '../../../kernel/index.ts'
import { inMoney, type Block, type Button } from '../blocks.ts'
import type { Desk } from '../desk.ts'
import { allowed } from './clients.ts'

export interface Details {
  told: GatewayTransaction | null
  readAt: Instant | null
  /** Whether its gateway can be asked. */
  canAsk: boolean
}

export async function readDetails({ means }: Desk, paymentId: string): Promise<Details> {
  const row = await means.db.get<{
    details: string | null
    read_at: Instant | null
    manifest: string | null
  }>(sql`
    select d.details, d.read_at, g.manifest from payments p left join gateway_details d on d.payment_id = p.id
    left join plugin_instances i on i.id = p.instance_id and i.status = 'active' left join plugins g on g.id = i.plugin_id and g.status = 'enabled'
    where p.id = ${paymentId}`)
  const manifest = row?.manifest ? (JSON.parse(row.manifest) as GatewayInstance['manifest']) : {}
  const gateway = { id: '', plugin_id: '', name: '', manifest }
  return {
    told: row?.details ? (JSON.parse(row.details) as GatewayTransaction) : null,
    readAt: row?.read_at ?? null,
    canAsk: offers(gateway, 'fetch_transaction'),
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
