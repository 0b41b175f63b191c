import { serviceTitle } from '../catalog/index.ts'
import type { DraftLine } from '../billing/index.ts'
import { sql, type Trx } from '../db/index.ts'
import type { IsoDate } from '../kernel/index.ts'
import { enterMail, ORDER_LINES_MAX, type MailData } from '../mail/index.ts'
import type { Means } from '../records/index.ts'
import type { PlannedItem } from './plan-order.ts'

export interface Confirmed {
  id: string
  number: string
  clientId: string
  currency: string
  planned: readonly PlannedItem[]
  freeLines: readonly DraftLine[]
  discountMinor: bigint
  taxMinor: bigint
  totalMinor: bigint
  /** Null: work begins without a payment. */
  dueOn: IsoDate | null
}

/**
 * Tells the buyer what was ordered, in the transaction that orders it. The law wants it on paper that lasts, whatever
 * becomes of the invoice: that one is the document of the money.
 */
export async function confirmOrder(means: Pick<Means, 'jobs'>, trx: Trx, order: Confirmed): Promise<void> {
  const client = await trx.get<{ brand_id: string; name: string; email: string; locale: string }>(
    sql`select brand_id, name, email, locale from clients where id = ${order.clientId}`,
  )
  if (!client) return
  await enterMail(means, trx, {
    template: 'order-received',
    to: { address: client.email, name: client.name },
    ...{ client_id: order.clientId, brand_id: client.brand_id, subject_of: order.id },
    locale: client.locale,
    key: `${order.id}/received`,
    data: mailOf(order),
  })
}

function mailOf(order: Confirmed): MailData<'order-received'> {
  const money = (minor: bigint) => ({ minor: minor.toString(), currency: order.currency })
  const some = (minor: bigint) => (minor === 0n ? null : money(minor))
  const lines = linesOf(order)
  const rest = lines.slice(ORDER_LINES_MAX)
  return {
    url: `/portal/orders/${order.id}`,
    order: order.number,
    items: lines.slice(0, ORDER_LINES_MAX).map(({ count, label, choices, minor }) => ({
      label: shorten(count > 1 ? `${count} × ${label}` : label),
      choices: choices === '' ? null : shorten(choices),
      amount: money(minor),
    })),
    others: some(rest.reduce((sum, { minor }) => sum + minor, 0n)),
    discount: some(-order.discountMinor),
    total: money(order.totalMinor),
    tax: some(order.taxMinor),
    due_on: order.dueOn,
  }
}

interface Line {
  count: number
  label: string
  choices: string
  minor: bigint
}

/** Units that are alike in everything are one line. */
function linesOf({ planned, freeLines }: Confirmed): Line[] {
  const lines = new Map<string, Line>()
  const add = (line: Line) => {
    const key = JSON.stringify([line.label, line.choices])
    const { count = 0, minor = 0n } = lines.get(key) ?? {}
    lines.set(key, { ...line, count: count + line.count, minor: minor + line.minor })
  }
  for (const { part, spec } of planned)
    add({
      ...{ count: spec.quantity, label: serviceTitle(part.product.name, spec.label) },
      choices: part.selection.choices.map(({ label }) => label).join(' · '),
      minor: part.selection.first.subtotalMinor,
    })
  for (const { description, amountMinor } of freeLines)
    add({ count: 1, label: description, choices: '', minor: amountMinor })
  return [...lines.values()]
}

/** What a mail takes of one text. */
const TEXT_MAX = 500

const shorten = (text: string): string => (text.length <= TEXT_MAX ? text : `${text.slice(0, TEXT_MAX - 1)}…`)
