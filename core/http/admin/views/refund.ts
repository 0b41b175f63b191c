import {
  documentShares,
  findRefund,
  getPayment,
  isAllottable,
  readParts,
  type DocumentShare,
  type PaymentRow,
  type RefundPartRow,
  type RefundRow,
} from '../../../billing/index.ts'
import { list, sql } from '../../../db/index.ts'
import { NotFound } from '../../../kernel/index.ts'
import type { FormBody } from '../../context.ts'
import { inMoney, type Block, type Cell, type Field, type PageView } from '../blocks.ts'
import { formParts, labeller, moneyText, textOf, type Asked, type Desk } from '../desk.ts'
import { auditTimeline } from './audit-timeline.ts'
import { noteLineRows } from './note-lines.ts'
import { linesForm, shownDocument, withDocument } from './shown-document.ts'

/** Ways in which a part of a refund is paid, in the order in which the form offers them. */
export const PAID_BY = ['goodwill', 'credit_note', 'credit'] as const

/** One refund: what it is of, and the form that says so where nobody knew when it was made. */
export async function refundRecordPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { means, actor, t } = desk
  const payment = await getPayment(means.db, asked.params.id!, actor)
  const refund = await findRefund(means.db, asked.params.refund!, actor)
  if (refund.payment_id !== payment.id) throw NotFound({ what: 'refund', id: refund.id })
  const parts = await partsOf(desk, refund)
  const shares = await documentShares(means.db, payment)
  const numbers = await numbersOf(desk, [...shares.keys(), ...parts.flatMap((one) => one.invoice_id ?? [])])
  const title = t('admin.refunds.one', { sum: moneyText(desk, refund.amount_minor, refund.currency) })
  return {
    head: {
      title,
      crumbs: [
        { label: t('admin.payments.title'), href: '/admin/payments' },
        {
          label: moneyText(desk, payment.amount_minor, payment.currency),
          href: `/admin/payments/${payment.id}`,
        },
        { label: t('admin.refunds.title') },
      ],
      status: [{ state: refund.status }],
    },
    main: [
      partTable(desk, refund, { parts, numbers }),
      ...(isAllottable(refund)
        ? await allotForms(desk, asked, { refund, payment, parts, shares, numbers })
        : []),
      await auditTimeline(desk, { subject: refund.id, id: `refund-${refund.id}-history` }),
    ],
    aside: [facts(desk, refund, payment)],
  }
}

type Part = Pick<RefundPartRow, 'invoice_id' | 'taken_from' | 'credit_note_id' | 'amount_minor'>

/** A refund that nobody allotted is one part. */
async function partsOf({ means }: Desk, refund: RefundRow): Promise<readonly Part[]> {
  const parts = await readParts(means.db, refund.id)
  return parts.length > 0 ? parts : [refund]
}

type Numbers = ReadonlyMap<string, string>

/** Numbers of documents by id, in their order. */
export async function numbersOf({ means }: Desk, ids: readonly string[]): Promise<Numbers> {
  const rows = await means.db.all<{ id: string; number: string }>(
    sql`select id, coalesce(number, id) as number from invoices where id in (${list(ids)}) order by number`,
  )
  return new Map(rows.map(({ id, number }) => [id, number]))
}

function partTable(
  desk: Desk,
  refund: RefundRow,
  { parts, numbers }: { parts: readonly Part[]; numbers: Numbers },
): Block {
  const { t } = desk
  const l = labeller(desk)
  return {
    kind: 'table',
    id: 'refund-parts',
    title: t('admin.refunds.of'),
    columns: [
      { label: l('document'), phone: 'title' },
      { label: t('admin.refunds.paid_by') },
      { label: l('amount'), align: 'end', phone: 'side' },
    ],
    rows: parts.map((one, i) => ({
      id: `refund-part-${i + 1}`,
      label: documentName(desk, one, numbers),
      cells: [
        one.invoice_id
          ? { href: `/admin/invoices/${one.invoice_id}`, text: documentName(desk, one, numbers) }
          : documentName(desk, one, numbers),
        paidByCell(desk, one),
        inMoney(one.amount_minor, refund.currency),
      ],
    })),
    empty: { title: t('admin.refunds.none') },
  }
}

const documentName = (desk: Desk, { invoice_id: id }: Part, numbers: Numbers): string =>
  id === null ? desk.t('admin.refunds.of_none') : (numbers.get(id) ?? id)

function paidByCell(desk: Desk, { taken_from: from, credit_note_id: note }: Part): Cell {
  const text = desk.t(`admin.refunds.from.${from}`)
  return note === null ? text : { href: `/admin/invoices/${note}`, text }
}

interface Allotment {
  refund: RefundRow
  payment: PaymentRow
  parts: readonly Part[]
  shares: ReadonlyMap<string, DocumentShare>
  numbers: Numbers
}

/** For each document that the payment paid a row, lines of one of them, and a row for money that was no document's. */
async function allotForms(desk: Desk, asked: Asked, of: Allotment): Promise<Block[]> {
  const { t } = desk
  const { refund, payment } = of
  const openMinor = sumOf(openParts(of))
  const rows = allotRows(desk, of)
  const ids = rows.map(({ id }) => id)
  const shown = shownDocument(asked, ids)
  const choice = { shown, numbers: new Map(rows.map(({ id, label }) => [id, label])) }
  const onlyCredit = { id: 'none', label: t('admin.refunds.of_credit'), hint: '' }
  const rowOf = (row: AllotRow) => ({ label: row.label, cells: cellsOf(desk, asked, row) })
  const lines = await noteLineRows(desk, asked, shown)
  const here = `/admin/payments/${payment.id}/refunds/${refund.id}`
  return [
    ...linesForm(desk, here, choice),
    {
      kind: 'form',
      id: 'allot-form',
      title: t('admin.refunds.allot'),
      text: t('admin.refunds.allot_text', { sum: moneyText(desk, openMinor, refund.currency) }),
      action: withDocument(`${here}/allot`, choice),
      fields: [],
      grid: {
        caption: t('admin.refunds.allot'),
        columns: [t('admin.refunds.up_to'), t('admin.refunds.paid_by')],
        rows: [...rows.flatMap((row) => [rowOf(row), ...(row.id === shown ? lines : [])]), rowOf(onlyCredit)],
      },
      submit: { label: t('admin.refunds.allot_submit') },
      cancelHref: `/admin/payments/${payment.id}`,
      ...formParts(desk, asked),
    },
  ]
}

const openParts = ({ parts }: Allotment): readonly Part[] =>
  parts.filter(({ taken_from }) => taken_from === 'goodwill')

const sumOf = (some: readonly Part[]): bigint => some.reduce((sum, one) => sum + one.amount_minor, 0n)

/** The documents that have room for something of the refund. */
function allotRows(desk: Desk, of: Allotment): AllotRow[] {
  const { refund, shares, numbers } = of
  const open = openParts(of)
  const restMinor = sumOf(open.filter((one) => one.invoice_id === refund.invoice_id))
  return [...numbers].flatMap(([id, number]) => {
    const share = shares.get(id)
    if (!share) return []
    const own = sumOf(open.filter((one) => one.invoice_id === id))
    const left = share.appliedMinor - share.refundedMinor + own
    const there = id === refund.invoice_id ? restMinor : restMinor + own
    const most = left < there ? left : there
    const hint = moneyText(desk, most, refund.currency)
    return most > 0n ? [{ id, label: number, hint }] : []
  })
}

interface AllotRow {
  id: string
  label: string
  /** How much there is room for. */
  hint: string
}

function cellsOf(desk: Desk, asked: Asked, { id, label, hint }: AllotRow): (Field | string)[] {
  const { t } = desk
  const typed = (group: string): string => textOf((asked.refused?.values[group] ?? {}) as FormBody, id)
  const amount: Field = {
    ...{ name: `amount[${id}]`, label: `${labeller(desk)('amount')} ${label}`, kind: 'money' },
    ...{ required: false, value: typed('amount'), hint },
  }
  if (id === 'none') return [amount, t('admin.refunds.from.credit')]
  return [
    amount,
    {
      ...{ kind: 'select', name: `from[${id}]`, label: `${t('admin.refunds.paid_by')} ${label}`, wide: true },
      value: typed('from') || PAID_BY[0],
      options: PAID_BY.map((value) => ({ value, label: t(`admin.refunds.from.${value}`) })),
    },
  ]
}

function facts(desk: Desk, refund: RefundRow, payment: PaymentRow): Block {
  const l = labeller(desk)
  return {
    kind: 'facts',
    id: `refund-${refund.id}-facts`,
    title: desk.t('admin.refunds.facts'),
    items: [
      { label: l('at'), value: { at: refund.created_at } },
      { label: l('amount'), value: inMoney(refund.amount_minor, refund.currency) },
      { label: l('destination'), value: desk.t(`admin.refund_to.${refund.destination}`) },
      {
        label: l('payment'),
        value: {
          href: `/admin/payments/${payment.id}`,
          text: moneyText(desk, payment.amount_minor, payment.currency),
        },
      },
      { label: l('reason'), value: refund.problem ? `${refund.reason} (${refund.problem})` : refund.reason },
      {
        label: l('reference'),
        value: refund.reference ? { copy: refund.reference, label: l('reference') } : null,
      },
      { label: l('id'), value: { copy: refund.id, label: l('id') } },
    ],
  }
}
