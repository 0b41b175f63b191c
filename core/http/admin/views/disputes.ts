import { sql } from '../../../db/index.ts'
import { NotFound, type Instant } from '../../../kernel/index.ts'
import { scoped } from '../../../records/index.ts'
import type { EvidenceRow } from '../../../billing/index.ts'
import { inMoney, type Block, type PageView } from '../blocks.ts'
import { clientLink, filled, formParts, labeller, type Asked, type Desk } from '../desk.ts'
import { auditTimeline } from './audit-timeline.ts'
import { listPage, paymentsAbove } from './list-page.ts'

interface Dispute {
  id: string
  payment_id: string
  client_id: string
  client_name: string
  reference: string
  status: string
  reason: string
  currency: string
  amount_minor: bigint
  evidence_due_at: Instant | null
}

const disputesFrom = sql`from disputes d join clients c on c.id = d.client_id`
const disputeColumns = sql`d.*, coalesce(c.company, c.name) as client_name`

export function disputeList(desk: Desk, asked: Asked): Promise<PageView> {
  const l = labeller(desk)
  return listPage<Dispute>(desk, asked, {
    noun: 'disputes',
    path: '/admin/disputes',
    above: paymentsAbove(desk),
    icon: 'shield-check',
    listing: {
      columns: disputeColumns,
      from: disputesFrom,
      where: [scoped(desk.actor, { table: 'c', client: 'id' })],
      key: sql`d.id`,
    },
    searchIn: [sql`d.reference`, sql`c.name`, sql`c.company`],
    columns: [
      { label: l('reference'), phone: 'title' },
      { label: l('client') },
      { label: l('reason') },
      { label: l('deadline') },
      { label: l('state'), phone: 'side' },
      { label: l('amount'), align: 'end' },
    ],
    row: (row) => ({
      id: `row-${row.id}`,
      href: `/admin/disputes/${row.id}`,
      label: row.reference,
      cells: [
        { mono: row.reference },
        clientLink(row.client_id, row.client_name),
        row.reason,
        { at: row.evidence_due_at },
        {
          state: row.status,
          label: desk.t(`admin.dispute.${row.status}`),
          tone: row.status === 'won' ? 'good' : 'warn',
        },
        inMoney(row.amount_minor, row.currency),
      ],
    }),
  })
}

export async function disputePage(desk: Desk, asked: Asked): Promise<PageView> {
  const { means, actor, t } = desk
  const l = labeller(desk)
  const id = asked.params.id!
  const own = scoped(actor, { table: 'c', client: 'id' })
  const row = await means.db.get<Dispute>(
    sql`select ${disputeColumns} ${disputesFrom} where d.id = ${id} and ${own}`,
  )
  if (!row) throw NotFound({ what: 'dispute', id })
  return {
    head: {
      title: t('admin.disputes.one', { reference: row.reference }),
      crumbs: [{ label: t('admin.disputes.title'), href: '/admin/disputes' }, { label: row.reference }],
      status: [
        {
          state: row.status,
          label: t(`admin.dispute.${row.status}`),
          tone: row.status === 'won' ? 'good' : 'warn',
        },
      ],
    },
    main: [
      {
        kind: 'facts',
        id: `dispute-${row.id}-facts`,
        items: [
          { label: l('client'), value: clientLink(row.client_id, row.client_name) },
          { label: l('payment'), value: { href: `/admin/payments/${row.payment_id}`, text: row.payment_id } },
          { label: l('amount'), value: inMoney(row.amount_minor, row.currency) },
          { label: l('reason'), value: row.reason },
          {
            label: l('deadline'),
            value: { at: row.evidence_due_at },
            hint: t('admin.disputes.answer_there'),
          },
        ],
      },
      await sentEvidence(desk, row),
      ...(['open', 'inquiry'].includes(row.status) ? [evidenceForm(desk, asked, row)] : []),
      await auditTimeline(desk, { subject: row.id, id: `dispute-${row.id}-history` }),
    ],
  }
}

/** What we can say, by the names under which gateways take it. */
export const EVIDENCE = ['text', 'product_description', 'service_date', 'customer_communication'] as const

const TONES = { sending: 'busy', sent: 'good', refused: 'bad', unknown: 'warn' } as const

async function sentEvidence({ means, t }: Desk, row: Dispute): Promise<Block> {
  const sent = await means.db.all<EvidenceRow>(
    sql`select * from dispute_evidence where dispute_id = ${row.id} order by created_at desc limit 50`,
  )
  return {
    kind: 'table',
    id: 'dispute-evidence',
    title: t('payments.evidence.sent'),
    columns: [
      { label: t('payments.evidence.at'), phone: 'title' },
      { label: t('payments.evidence.text') },
      { label: t('payments.label.reason') },
      { label: t('payments.evidence.state'), phone: 'side' },
    ],
    rows: sent.map((one) => ({
      id: `evidence-${one.effect_key.slice(-24)}`,
      label: one.created_at,
      cells: [
        { at: one.created_at },
        Object.values(JSON.parse(one.fields) as Record<string, string>).join(' · '),
        one.problem,
        { state: one.status, label: t(`payments.evidence.is.${one.status}`), tone: TONES[one.status] },
      ],
    })),
    empty: { icon: 'shield-check', title: t('payments.evidence.none') },
  }
}

function evidenceForm(desk: Desk, asked: Asked, row: Dispute): Block {
  const { t } = desk
  return {
    kind: 'form',
    id: 'evidence-form',
    title: t('payments.evidence.title'),
    text: t('payments.evidence.hint'),
    action: `/admin/disputes/${row.id}/evidence`,
    fields: EVIDENCE.map((name) => ({
      ...filled(asked, name),
      ...{ kind: 'textarea', rows: 2, required: false, label: t(`payments.evidence.${name}`) },
    })),
    submit: { label: t('payments.evidence.send') },
    ...formParts(desk, asked),
  }
}
