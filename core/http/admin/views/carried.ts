import { previewCarried, type PlannedInvoice } from '../../../billing/index.ts'
import { findClient } from '../../../clients/index.ts'
import { inMoney, type Block, type PageView } from '../blocks.ts'
import { formParts, labeller, type Asked, type Desk } from '../desk.ts'

/** What was charged and waits for a larger sum, as the documents that it becomes when it is invoiced today. */
export async function carriedPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { means, actor, t } = desk
  const client = await findClient(means.db, actor, asked.params.id!, 'client.read')
  const plans = await previewCarried(means, client.id)
  const title = t('admin.carried.title')
  return {
    head: {
      title,
      text: t('admin.carried.text'),
      crumbs: [
        { label: t('admin.clients.title'), href: '/admin/clients' },
        { label: client.company ?? client.name, href: `/admin/clients/${client.id}` },
        { label: title },
      ],
    },
    main:
      plans.length === 0
        ? [{ kind: 'notice', id: 'nothing-carried', tone: 'neutral', text: t('admin.carried.nothing') }]
        : [...plans.map((plan, i) => documentBlock(desk, plan, i)), issueForm(desk, asked, client.id)],
  }
}

function documentBlock(desk: Desk, { draft, lines, totalMinor }: PlannedInvoice, i: number): Block {
  const l = labeller(desk)
  return {
    kind: 'table',
    id: `carried-${i}`,
    title: desk.t('admin.carried.due', { day: draft.dueOn }),
    columns: [
      { label: l('description'), phone: 'title' },
      { label: l('from'), phone: 'hide' },
      { label: l('net'), align: 'end' },
      { label: l('total'), align: 'end', phone: 'side' },
    ],
    rows: lines.map((line, n) => ({
      id: `carried-${i}-${n}`,
      label: line.description,
      cells: [
        line.description,
        { day: line.periodStart ?? null },
        inMoney(line.netMinor, draft.currency),
        inMoney(line.netMinor + line.taxMinor, draft.currency),
      ],
    })),
    foot: [l('total'), null, null, inMoney(totalMinor, draft.currency)],
    empty: { title: desk.t('admin.carried.nothing') },
  }
}

const issueForm = (desk: Desk, asked: Asked, clientId: string): Block => ({
  ...{ kind: 'form', id: 'carried-form', action: `/admin/clients/${clientId}/carried`, fields: [] },
  submit: { label: desk.t('admin.carried.act') },
  cancelHref: `/admin/clients/${clientId}`,
  ...formParts(desk, asked),
})
