import {
  findAuthorisation,
  getPayment,
  type AuthorisationRow,
  type PaymentRow,
} from '../../../billing/index.ts'
import { NotFound } from '../../../kernel/index.ts'
import { toDecimal } from '../../../../sdk/index.ts'
import { inMoney, type Block, type Button, type DangerView, type PageView } from '../blocks.ts'
import { filled, formParts, labeller, moneyText, type Asked, type Desk } from '../desk.ts'
import { allowed } from './clients.ts'
import { dangerParts } from './invoice-forms.ts'

export function reservedActs(desk: Desk, row: AuthorisationRow | undefined): Button[] {
  if (row?.status !== 'held') return []
  const at = `/admin/payments/${row.payment_id}`
  const acts: Button[] = []
  if (allowed(desk, 'payment.capture'))
    acts.push({ label: desk.t('reserved.capture.act'), href: `${at}/capture`, kind: 'primary', icon: 'cash' })
  if (allowed(desk, 'payment.release'))
    acts.push({ label: desk.t('reserved.release.act'), href: `${at}/release`, kind: 'ghost', icon: 'x' })
  return acts
}

export function reservedBlock(desk: Desk, row: AuthorisationRow | undefined): Block[] {
  if (!row) return []
  const { t } = desk
  const money = (minor: bigint) => inMoney(minor, row.currency)
  return [
    {
      kind: 'facts',
      id: `payment-${row.payment_id}-reserved`,
      title: t('reserved.title'),
      items: [
        { label: t('reserved.state'), value: t(`reserved.status.${row.status}`) },
        { label: t('reserved.held'), value: money(row.amount_minor) },
        { label: t('reserved.until'), value: { at: row.expires_at } },
        { label: t('reserved.mode'), value: t(`reserved.modes.${row.mode}`) },
        { label: t('reserved.taken'), value: money(row.taken_minor) },
        ...(row.problem ? [{ label: t('reserved.problem'), value: row.problem }] : []),
      ],
    },
  ]
}

const crumbsOf = (desk: Desk, payment: PaymentRow, label: string) => [
  { label: desk.t('admin.payments.title'), href: '/admin/payments' },
  {
    label: moneyText(desk, payment.amount_minor, payment.currency),
    href: `/admin/payments/${payment.id}`,
  },
  { label },
]

async function reservedOf(desk: Desk, asked: Asked) {
  const payment = await getPayment(desk.means.db, asked.params.id!, desk.actor)
  const row = await findAuthorisation(desk.means.db, payment.id)
  if (!row) throw NotFound({ what: 'authorisation', id: payment.id })
  return { payment, row, sum: moneyText(desk, row.amount_minor, row.currency) }
}

export async function capturePage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t } = desk
  const { payment, row, sum } = await reservedOf(desk, asked)
  const title = t('reserved.capture.title', { sum })
  return {
    head: {
      title,
      text: t('reserved.capture.text'),
      crumbs: crumbsOf(desk, payment, t('reserved.capture.act')),
    },
    main: [
      {
        kind: 'form',
        id: 'capture-form',
        action: `/admin/payments/${payment.id}/capture`,
        fields: [
          {
            ...filled(asked, 'amount', toDecimal({ minor: row.amount_minor, currency: row.currency })),
            kind: 'money',
            currency: row.currency,
            label: labeller(desk)('amount'),
          },
        ],
        submit: { label: t('reserved.capture.act') },
        cancelHref: `/admin/payments/${payment.id}`,
        ...formParts(desk, asked),
      },
    ],
  }
}

export async function releasePage(desk: Desk, asked: Asked): Promise<DangerView> {
  const { t } = desk
  const { payment, sum } = await reservedOf(desk, asked)
  const title = t('reserved.release.title', { sum })
  return {
    title,
    crumbs: crumbsOf(desk, payment, title),
    action: `/admin/payments/${payment.id}/release`,
    label: t('reserved.release.act'),
    cancelHref: `/admin/payments/${payment.id}`,
    acts: [
      { text: t('reserved.release.effect', { sum }), icon: 'arrow-left' },
      { text: t('reserved.release.after'), icon: 'book' },
    ],
    ...dangerParts(desk, asked),
  }
}
