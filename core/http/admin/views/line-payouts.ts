import type { BankLineRow, PayoutRow } from '../../../billing/index.ts'
import { sql } from '../../../db/index.ts'
import { scoped } from '../../../records/index.ts'
import type { Block } from '../blocks.ts'
import { filled, formParts, type Asked, type Desk } from '../desk.ts'
import { allowed } from './clients.ts'

type Fitting = PayoutRow & { gateway: string }

/** The payout that a line is, or those that it may be: of the same sum and without a line. */
export function payoutsOf({ means, actor }: Desk, line: BankLineRow): Promise<Fitting[]> {
  return means.db.all<Fitting>(sql`
    select p.*, i.name as gateway from payouts p join plugin_instances i on i.id = p.instance_id
    where ${scoped(actor, { table: 'p', client: null })} and p.currency = ${line.currency} and p.amount_minor = ${line.amount_minor}
      and p.status <> 'returned' and (p.bank_line_id = ${line.id} or (p.bank_line_id is null and ${line.status} <> 'booked'))
    order by p.arrives_on desc, p.id desc limit 20`)
}

export function payoutForm(
  desk: Desk,
  asked: Asked,
  { line, payouts }: { line: BankLineRow; payouts: readonly Fitting[] },
): Block {
  const { t } = desk
  if (!allowed(desk, 'payout.match'))
    return { kind: 'notice', id: 'match-payout', tone: 'info', text: t('payouts.may_be') }
  return {
    kind: 'form',
    id: 'match-payout',
    title: t('payouts.match'),
    text: t('payouts.match_text'),
    action: `/admin/bank-lines/${line.id}/payout`,
    fields: [
      {
        ...filled(asked, 'payout_id', payouts[0]!.id),
        kind: 'radio',
        label: t('payouts.label.payout'),
        options: payouts.map(({ id, gateway, reference, arrives_on }) => ({
          value: id,
          label: t('payouts.choice', { gateway, reference, day: arrives_on }),
        })),
      },
    ],
    submit: { label: t('payouts.match') },
    ...formParts(desk, asked),
  }
}

export const payoutLink = ({ t }: Desk, payouts: readonly Fitting[]): Block[] =>
  payouts.map(({ id, gateway, reference }) => ({
    kind: 'facts',
    id: `line-payout-${id}`,
    items: [
      {
        label: t('payouts.label.payout'),
        value: { href: `/admin/payouts/${id}`, text: `${gateway} · ${reference}` },
      },
    ],
  }))
