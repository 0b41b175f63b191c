import { amountDue, getInvoice, openOfPart, type Instalments, type Invoice } from '../../../billing/index.ts'
import { inMoney, type Block, type Button, type DangerView, type PageView } from '../blocks.ts'
import { filled, formParts, moneyText, type Asked, type Desk } from '../desk.ts'
import { allowed } from './clients.ts'
import { dangerParts } from './invoice-forms.ts'

/** The plan by which a document is paid, or was last. */
export function instalmentsBlock(desk: Desk, invoice: Invoice, found: Instalments | null): Block[] {
  const { t } = desk
  if (!found) return []
  const { status } = found.plan
  return [
    {
      kind: 'table',
      id: `invoice-${invoice.id}-instalments`,
      title: `${t('instalments.title')}: ${t(`instalments.state.${status}`)}`,
      columns: [
        { label: t('instalments.position'), phone: 'title' },
        { label: t('instalments.due_on'), phone: 'line' },
        { label: t('instalments.amount'), align: 'end' },
        { label: t('instalments.open_sum'), align: 'end', phone: 'side' },
      ],
      rows: found.parts.map((part) => ({
        id: `row-${found.plan.id}-${part.position}`,
        label: String(part.position),
        cells: [
          part.position,
          { day: part.due_on },
          inMoney(part.amount_minor, invoice.currency),
          inMoney(openOfPart(part, invoice.allocated_minor), invoice.currency),
        ],
      })),
      empty: { title: t('instalments.title') },
    },
  ]
}

/** To agree on a plan, or to end the one that runs. */
export function instalmentActs(desk: Desk, invoice: Invoice, isRunning: boolean): Button[] {
  const act = isRunning ? 'end' : 'agree'
  if (invoice.proforma === 1 || !allowed(desk, `instalment_plan.${act}`)) return []
  const href = `/admin/invoices/${invoice.id}/instalments${isRunning ? '/end' : ''}`
  return [{ label: desk.t(`instalments.${act}.act`), href, kind: 'ghost', icon: 'calendar' }]
}

const crumbsOf = (desk: Desk, invoice: Invoice, label: string) => [
  { label: desk.t('admin.invoices.title'), href: '/admin/invoices' },
  { label: invoice.number ?? '', href: `/admin/invoices/${invoice.id}` },
  { label },
]

export async function agreePage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t } = desk
  const invoice = await getInvoice(desk.means.db, asked.params.id!, desk.actor)
  const title = t('instalments.agree.title', { number: invoice.number ?? '' })
  const sum = moneyText(desk, amountDue(invoice), invoice.currency)
  return {
    head: {
      title,
      text: t('instalments.agree.text', { sum }),
      crumbs: crumbsOf(desk, invoice, t('instalments.title')),
    },
    main: [
      {
        kind: 'form',
        id: 'instalments-form',
        action: `/admin/invoices/${invoice.id}/instalments`,
        fields: [
          { ...filled(asked, 'parts', '3'), kind: 'number', label: t('instalments.parts') },
          { ...filled(asked, 'first_on', desk.today), kind: 'date', label: t('instalments.first_on') },
          {
            ...filled(asked, 'every', '1m'),
            kind: 'select',
            label: t('instalments.every'),
            options: ['1w', '2w', '1m', '3m'].map((value) => ({
              value,
              label: t(`instalments.cycle.${value}`),
            })),
          },
          {
            ...filled(asked, 'fee'),
            kind: 'money',
            required: false,
            label: t('instalments.fee_sum'),
            hint: t('instalments.agree.fee_hint'),
            currency: invoice.currency,
          },
        ],
        submit: { label: t('instalments.agree.submit') },
        cancelHref: `/admin/invoices/${invoice.id}`,
        ...formParts(desk, asked),
      },
    ],
  }
}

export async function endPage(desk: Desk, asked: Asked): Promise<DangerView> {
  const { t } = desk
  const invoice = await getInvoice(desk.means.db, asked.params.id!, desk.actor)
  const title = t('instalments.end.title', { number: invoice.number ?? '' })
  const sum = moneyText(desk, amountDue(invoice), invoice.currency)
  return {
    title,
    crumbs: crumbsOf(desk, invoice, title),
    action: `/admin/invoices/${invoice.id}/instalments/end`,
    label: t('instalments.end.act'),
    cancelHref: `/admin/invoices/${invoice.id}`,
    acts: [
      { text: t('instalments.end.effect', { sum }), icon: 'book' },
      { text: t('instalments.end.after'), icon: 'arrow-right' },
    ],
    ...dangerParts(desk, asked),
  }
}
