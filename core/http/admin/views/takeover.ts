import { getGateway, LINES_MAX, offers, type PlannedMethod } from '../../../billing/index.ts'
import { findRow } from '../../../records/index.ts'
import type { Block, PageView } from '../blocks.ts'
import { clientLink, filled, formParts, type Asked, type Desk } from '../desk.ts'
import { methodLabel } from '../../page/index.ts'

async function headOf(desk: Desk, id: string) {
  const { t, means, actor } = desk
  await findRow(means.db, actor, { table: 'plugin_instances', what: 'gateway', id, scope: { client: null } })
  const gateway = await getGateway(means.db, id)
  const title = t('payments.takeover.title')
  const head = {
    title,
    text: t('payments.takeover.text', { gateway: gateway.name }),
    crumbs: [
      { label: t('payments.gateways.title'), href: '/admin/gateways' },
      { label: gateway.name, href: `/admin/gateways/${id}` },
      { label: title },
    ],
  }
  return { head, gateway }
}

/** Where staff put the file in. */
export async function takeoverForm(desk: Desk, asked: Asked): Promise<PageView> {
  const { t } = desk
  const { head, gateway } = await headOf(desk, asked.params.id!)
  if (!offers(gateway, 'find_methods'))
    return {
      head,
      main: [{ kind: 'notice', id: 'takeover-none', tone: 'neutral', text: t('payments.takeover.none') }],
    }
  const main: Block[] = [
    {
      kind: 'form',
      id: 'takeover-form',
      action: `/admin/gateways/${gateway.id}/methods`,
      fields: [
        {
          ...filled(asked, 'csv'),
          ...{ kind: 'textarea', rows: 10, label: t('payments.takeover.csv') },
          hint: t('payments.takeover.csv_hint', { most: LINES_MAX }),
        },
      ],
      submit: { label: t('payments.takeover.preview') },
      cancelHref: '/admin/gateways',
      ...formParts(desk, asked),
    },
  ]
  return { head, main }
}

/** What would become of each line, or, once it is confirmed, what became of it. */
export async function takeoverPlan(
  desk: Desk,
  asked: Asked,
  { planned, csv, done }: { planned: readonly PlannedMethod[]; csv: string; done: boolean },
): Promise<PageView> {
  const { t } = desk
  const { head, gateway } = await headOf(desk, asked.params.id!)
  const fits = planned.filter(({ verdict }) => verdict === 'fits').length
  const words = { n: fits, of: planned.length }
  const confirm: Block = {
    kind: 'form',
    id: 'takeover-confirm',
    action: `/admin/gateways/${gateway.id}/methods/confirm`,
    fields: [{ name: 'csv', label: '', kind: 'hidden', value: csv }],
    submit: { label: t('payments.takeover.confirm', words) },
    cancelHref: `/admin/gateways/${gateway.id}/methods`,
    ...formParts(desk, asked),
  }
  return {
    head,
    main: [
      {
        ...{ kind: 'notice', id: 'takeover-sum', tone: done ? 'good' : 'info' },
        text: t(done ? 'payments.takeover.done' : 'payments.takeover.sum', words),
      },
      {
        kind: 'table',
        id: 'takeover-rows',
        title: t('payments.takeover.rows'),
        columns: [
          { label: t('payments.takeover.line'), phone: 'title' },
          { label: t('payments.takeover.client') },
          { label: t('payments.takeover.customer'), phone: 'hide' },
          { label: t('payments.label.saved_method') },
          { label: t('payments.takeover.verdict'), phone: 'side' },
        ],
        rows: planned.map((row, i) => ({
          id: `takeover-${i}`,
          label: `${t('payments.takeover.line')} ${row.line}`,
          cells: [
            row.line,
            row.clientId === null ? null : clientLink(row.clientId, row.clientName),
            row.email === null ? row.customer : `${row.customer} (${row.email})`,
            row.method === null ? null : methodLabel(t, { ...row.method, last4: row.method.last4 ?? null }),
            t(`payments.takeover.${done && row.verdict === 'fits' ? 'taken' : row.verdict}`),
          ],
        })),
        empty: { title: t('payments.takeover.rows') },
      },
      ...(done || fits === 0 ? [] : [confirm]),
    ],
  }
}
