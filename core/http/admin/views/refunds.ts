import { toDecimal } from '../../../../sdk/index.ts'
import {
  clientCredit,
  documentShares,
  getPayment,
  leftOf,
  refundable,
  surplusOf,
  type DocumentShare,
  type PaymentRow,
} from '../../../billing/index.ts'
import { sql } from '../../../db/index.ts'
import type { Instant } from '../../../kernel/index.ts'
import { inMoney, type Block, type Cell, type Field, type Form, type Grid, type PageView } from '../blocks.ts'
import { filled, formParts, labeller, moneyText, type Asked, type Desk } from '../desk.ts'
import { noteLineRows } from './note-lines.ts'
import { numbersOf, PAID_BY } from './refund.ts'
import { linesForm, shownDocument, withDocument } from './shown-document.ts'

/** What went back of a payment, and of which document. */
export async function refundTable(desk: Desk, payment: PaymentRow): Promise<Block> {
  const l = labeller(desk)
  const rows = await desk.means.db.all<{
    id: string
    destination: string
    invoice_id: string | null
    number: string | null
    status: string
    amount_minor: bigint
    reason: string
    problem: string | null
    created_at: Instant
    parts: number
  }>(sql`
    select r.*, i.number, (select count(*) from refund_parts t where t.refund_id = r.id) as parts
    from refunds r left join invoices i on i.id = r.invoice_id
    where r.payment_id = ${payment.id} order by r.id limit 100`)
  return {
    kind: 'table',
    id: `payment-${payment.id}-refunds`,
    title: desk.t('admin.refunds.title'),
    columns: [
      { label: l('at'), phone: 'title' },
      { label: l('invoice'), phone: 'hide' },
      { label: l('destination') },
      { label: l('reason') },
      { label: l('state'), phone: 'side' },
      { label: l('amount'), align: 'end' },
    ],
    rows: rows.map((row) => ({
      id: `row-${row.id}`,
      href: `/admin/payments/${payment.id}/refunds/${row.id}`,
      label: row.id,
      cells: [
        { at: row.created_at },
        documentCell(desk, row),
        desk.t(`admin.refund_to.${row.destination}`),
        row.problem ? `${row.reason} (${row.problem})` : row.reason,
        { state: row.status },
        inMoney(row.amount_minor, payment.currency),
      ],
    })),
    empty: { icon: 'receipt-refund', title: desk.t('admin.refunds.none') },
  }
}

function documentCell(
  { t }: Desk,
  row: { invoice_id: string | null; number: string | null; parts: number },
): Cell {
  if (row.parts > 0) return t('admin.refunds.in_parts')
  if (row.invoice_id === null) return t('admin.refunds.of_none')
  return { href: `/admin/invoices/${row.invoice_id}`, text: row.number ?? row.invoice_id }
}

export async function refundPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { means, actor, t } = desk
  const l = labeller(desk)
  const payment = await getPayment(means.db, asked.params.id!, actor)
  const left = await refundable(means.db, payment)
  const sum = moneyText(desk, left, payment.currency)
  const credit = await creditOf(desk, payment)
  const ofSurplus = await surplusThere(desk, payment, credit)
  const minor = ofSurplus > 0n && ofSurplus < left ? ofSurplus : left
  const title = t('admin.refunds.new', { sum })
  const choice = await choiceOf(desk, asked, payment)
  const action = `/admin/payments/${payment.id}/refund`
  return {
    head: {
      title,
      text: t('admin.refunds.text'),
      crumbs: [
        { label: t('admin.payments.title'), href: '/admin/payments' },
        {
          label: moneyText(desk, payment.amount_minor, payment.currency),
          href: `/admin/payments/${payment.id}`,
        },
        { label: t('admin.refunds.title') },
      ],
    },
    main: [
      ...linesForm(desk, action, choice),
      {
        kind: 'form',
        id: 'refund-form',
        action: withDocument(action, choice),
        fields: [
          ...documentField(desk, asked, choice),
          {
            ...filled(asked, 'amount', toDecimal({ minor, currency: payment.currency })),
            kind: 'money',
            currency: payment.currency,
            label: l('amount'),
            hint: t('admin.refunds.most', { sum }),
          },
          paidByField(desk, asked, { payment, credit, ofSurplus }),
          destinationField(desk, asked, payment),
          {
            ...filled(asked, 'reference'),
            required: false,
            label: l('reference'),
            hint: t('payments.refund.reference_hint'),
          },
          {
            ...filled(asked, 'reason'),
            kind: 'textarea',
            rows: 2,
            label: l('reason'),
            hint: t('common.danger.reason_hint'),
          },
        ],
        ...(await noteLines(desk, asked, choice)),
        submit: { label: t('admin.refunds.submit'), kind: 'danger' },
        cancelHref: `/admin/payments/${payment.id}`,
        ...formParts(desk, asked),
      },
    ],
  }
}

interface Choice {
  payment: PaymentRow
  shares: ReadonlyMap<string, DocumentShare>
  numbers: ReadonlyMap<string, string>
  shown: string | null
}

/** The documents to choose from, where there is a choice, and which one shows its lines. */
async function choiceOf(desk: Desk, asked: Asked, payment: PaymentRow): Promise<Choice> {
  if (payment.invoice_id) return { payment, shares: new Map(), numbers: new Map(), shown: payment.invoice_id }
  const shares = await documentShares(desk.means.db, payment)
  const numbers = await numbersOf(desk, [...shares.keys()])
  return { payment, shares, numbers, shown: shownDocument(asked, [...numbers.keys()]) }
}

/** What may be paid out of what the client holds. */
async function creditOf({ means }: Desk, payment: PaymentRow): Promise<bigint> {
  const { paidMinor } = await clientCredit(means.db, payment.client_id, payment.currency)
  return paidMinor > 0n ? paidMinor : 0n
}

/** What no document took of the payment, while it is there: it goes back by itself. */
async function surplusThere({ means }: Desk, payment: PaymentRow, credit: bigint): Promise<bigint> {
  const surplus = await surplusOf(means.db, payment)
  return credit < surplus ? credit : surplus
}

/** What pays for the refund; of what no document took that is the client's credit, unless somebody says otherwise. */
function paidByField(
  desk: Desk,
  asked: Asked,
  { payment, credit, ofSurplus }: { payment: PaymentRow; credit: bigint; ofSurplus: bigint },
): Field {
  const { t } = desk
  const sum = moneyText(desk, credit, payment.currency)
  return {
    ...filled(asked, 'from', ofSurplus > 0n ? 'credit' : 'goodwill'),
    ...{ kind: 'radio', label: t('admin.refunds.paid_by') },
    options: PAID_BY.filter((value) => value !== 'credit' || credit > 0n).map((value) => ({
      ...{ value, label: t(`admin.refunds.from.${value}`) },
      hint: t(`admin.refunds.pays.${value}`, { credit: sum }),
    })),
  }
}

function destinationField(desk: Desk, asked: Asked, payment: PaymentRow): Field {
  const destinations = payment.instance_id ? ['source', 'credit', 'recorded'] : ['credit', 'recorded']
  return {
    ...filled(asked, 'destination', destinations[0]!),
    ...{ kind: 'radio', label: labeller(desk)('destination') },
    options: destinations.map((value) => ({ value, label: desk.t(`admin.refund_to.${value}`) })),
  }
}

/** What a credit note can be over: the lines of the document that is shown. */
async function noteLines(desk: Desk, asked: Asked, { shown }: Choice): Promise<Pick<Form, 'grid'>> {
  const rows = await noteLineRows(desk, asked, shown)
  if (rows.length === 0) return {}
  const caption = desk.t('admin.refunds.lines')
  // The form itself says what pays for the refund.
  return { grid: { caption, columns: [caption], rows: rows.map(alone) } }
}

const alone = ({ label, cells }: Grid['rows'][number]) => ({ label, cells: cells.slice(0, 1) })

/** Of a payment for several documents, which one the refund is of; what none of them took is of none. */
function documentField(desk: Desk, asked: Asked, { payment, shares, numbers, shown }: Choice): Field[] {
  if (numbers.size === 0) return []
  const options = [...numbers].map(([id, number]) => {
    const sum = moneyText(desk, leftOf(shares.get(id)), payment.currency)
    return { value: id, label: desk.t('admin.refunds.of_document', { number, sum }) }
  })
  return [
    {
      ...filled(asked, 'invoice_id', numbers.size > 1 ? shown : ''),
      ...{ kind: 'select', required: false, label: labeller(desk)('document') },
      hint: desk.t('admin.refunds.of_document_hint'),
      options: [{ value: '', label: desk.t('admin.refunds.of_none') }, ...options],
    },
  ]
}
