import { listSellers } from '../../../brands/index.ts'
import { listFakturs } from '../../../billing/index.ts'
import { url } from '../../../render/index.ts'
import { inMoney, type PageView } from '../blocks.ts'
import { filled, formParts, labeller, type Asked, type Desk } from '../desk.ts'
import { allowed } from './clients.ts'
import { sellerField } from './tax-rules.ts'
import { taxTabs } from './tax-tabs.ts'

/** The documents of a month for Coretax: what the file holds, what is to be entered by hand, and their numbers. */
export async function fakturPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { means, actor, t, today } = desk
  const l = labeller(desk)
  const sellers = (await listSellers(means, {}, actor)).filter(({ country }) => country === 'ID')
  const seller_id = asked.query.seller_id ?? sellers[0]?.id
  const month = asked.query.month ?? today.slice(0, 7)
  const rows = seller_id === undefined ? [] : await listFakturs(means, { seller_id, month }, actor)
  const href = url('/admin/tax/faktur.xml', { seller_id: seller_id ?? '', month })
  return {
    head: {
      title: t('tax.faktur.title'),
      crumbs: [{ label: t('admin.tax.title'), href: '/admin/tax' }, { label: t('tax.faktur.title') }],
      text: t('tax.faktur.text'),
      actions: rows.some(({ faktur }) => faktur)
        ? [{ label: t('tax.faktur.export'), href, icon: 'download', plain: true }]
        : [],
    },
    tabs: taxTabs(desk, 'faktur'),
    main: [
      {
        ...{ kind: 'form', id: 'faktur-month', action: '/admin/tax/faktur', method: 'get', inline: true },
        fields: [
          sellerField(desk, asked, sellers),
          { ...filled(asked, 'month', month), label: t('tax.label.month'), hint: '2026-01' },
        ],
        submit: { label: t('tax.oss.show') },
        keys: {},
      },
      {
        ...{ kind: 'table', id: 'fakturs', title: t('tax.faktur.list', { month }) },
        columns: [
          { label: l('number'), phone: 'title' },
          { label: l('issued_on') },
          { label: l('tax'), align: 'end', phone: 'side' },
          { label: t('tax.label.trx_code') },
          { label: t('tax.label.faktur_number'), phone: 'line' },
        ],
        rows: rows.map((row) => ({
          id: `row-${row.id}`,
          href: `/admin/invoices/${row.id}`,
          label: row.number,
          cells: [
            row.number,
            { day: row.issued_on },
            inMoney(row.tax_minor, 'IDR'),
            row.faktur ? row.faktur.code : t(`tax.faktur.problem.${row.problem ?? 'formula'}`),
            row.faktur_number,
          ],
        })),
        empty: { icon: 'receipt-tax', title: t('tax.faktur.none') },
      },
      ...(allowed(desk, 'faktur.set_number')
        ? [
            {
              ...({ kind: 'form', id: 'faktur-number', title: t('tax.faktur.number_title') } as const),
              action: '/admin/tax/faktur',
              fields: [
                { ...filled(asked, 'invoice_id'), label: l('invoice'), hint: t('tax.faktur.invoice_hint') },
                { ...filled(asked, 'number'), label: t('tax.label.faktur_number') },
              ],
              submit: { label: t('tax.faktur.keep') },
              ...formParts(desk, asked),
            },
          ]
        : []),
    ],
  }
}
