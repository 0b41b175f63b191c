import { amountDue, getInvoice } from '../../../billing/index.ts'
import type { DangerView } from '../blocks.ts'
import { moneyText, type Asked, type Desk } from '../desk.ts'
import { dangerParts } from './invoice-forms.ts'

export const invoiceMoves = ['write_off', 'collections', 'recall', 'credit'] as const
export type InvoiceMove = (typeof invoiceMoves)[number]

/** "write_off" at /write-off: a claim is given up, handed to collections, taken back from there, or credited. */
export const pathOf = (move: InvoiceMove): string => move.replace('_', '-')

export const invoiceMove =
  (move: InvoiceMove) =>
  async (desk: Desk, asked: Asked): Promise<DangerView> => {
    const { t } = desk
    const invoice = await getInvoice(desk.means.db, asked.params.id!, desk.actor)
    const number = invoice.number ?? t('admin.invoices.draft')
    const minor = move === 'credit' ? invoice.total_minor : amountDue(invoice)
    const sum = moneyText(desk, minor, invoice.currency)
    const title = t(`admin.invoices.${move}.title`, { number })
    return {
      title,
      crumbs: [
        { label: t('admin.invoices.title'), href: '/admin/invoices' },
        { label: number, href: `/admin/invoices/${invoice.id}` },
        { label: title },
      ],
      action: `/admin/invoices/${invoice.id}/${pathOf(move)}`,
      label: t(`admin.invoices.act.${move}`),
      cancelHref: `/admin/invoices/${invoice.id}`,
      acts: [
        { text: t(`admin.invoices.${move}.effect`, { sum }), icon: 'book' },
        { text: t(`admin.invoices.${move}.after`), icon: 'arrow-right' },
      ],
      ...dangerParts(desk, asked),
    }
  }
