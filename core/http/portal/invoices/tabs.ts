import type { Translate } from '../../../i18n/index.ts'

export interface Tab {
  label: string
  href: string
  active: boolean
  count?: number
}

/** What belongs to invoices: the same tabs on the list and on the pages beside it. */
export function invoiceTabs(
  t: Translate,
  active: string,
  counts?: { unpaid: number; invoices: number; creditNotes: number },
): Tab[] {
  const tab = (key: string, href: string, count?: number): Tab => ({
    label: t(`portal.invoices.tabs.${key.replace('-', '_')}`),
    href,
    active: key === active,
    ...(count === undefined ? {} : { count }),
  })
  return [
    tab('unpaid', '/portal/invoices?show=unpaid', counts?.unpaid),
    tab('all', '/portal/invoices?show=all', counts?.invoices),
    tab('credit-notes', '/portal/invoices?show=credit-notes', counts?.creditNotes),
    tab('upcoming', '/portal/invoices/upcoming'),
    tab('transactions', '/portal/transactions'),
    tab('credit', '/portal/credit'),
    tab('receipts', '/portal/invoices?show=receipts'),
    tab('statement', '/portal/statement'),
  ]
}
