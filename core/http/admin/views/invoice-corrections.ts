import type { Invoice, LinkedDocument } from '../../../billing/index.ts'
import { inMoney, type Block, type Facts } from '../blocks.ts'
import { labeller, type Desk } from '../desk.ts'

/** What credit notes took back of an invoice, and why. */
export function creditNotes(desk: Desk, invoice: Invoice, links: readonly LinkedDocument[]): Block[] {
  const notes = links.filter((one) => one.kind === 'credit_note' && one.direction === 'after')
  if (notes.length === 0) return []
  const l = labeller(desk)
  return [
    {
      kind: 'table',
      id: `invoice-${invoice.id}-corrections`,
      title: desk.t('admin.invoices.corrections'),
      columns: [
        { label: l('number'), phone: 'title' },
        { label: l('issued_on'), phone: 'line' },
        { label: l('reason') },
        { label: l('total'), align: 'end', phone: 'side' },
      ],
      rows: notes.map(({ id, number, issued_on, notes: reason, total_minor }) => ({
        id: `correction-${id}`,
        href: `/admin/invoices/${id}`,
        label: number ?? id,
        cells: [number ?? id, { day: issued_on }, reason, inMoney(total_minor, invoice.currency)],
      })),
      empty: { title: '' },
    },
  ]
}

/** The documents that this one was made of or corrects, and those that were made of it; credit notes have a table. */
export function linkItems(desk: Desk, links: readonly LinkedDocument[]): Facts['items'] {
  return links.flatMap(({ id, number, kind, direction }) => {
    const value = { href: `/admin/invoices/${id}`, text: number ?? id }
    if (kind !== 'credit_note') return [{ label: desk.t(`admin.regroup.${direction}`), value }]
    return direction === 'before' ? [{ label: labeller(desk)('corrects'), value }] : []
  })
}
