import {
  creditableOf,
  getInvoice,
  lineText,
  type InvoiceLineRow,
  type LineCredit,
  type PaymentRow,
} from '../../../billing/index.ts'
import { sql } from '../../../db/index.ts'
import { invalidInput } from '../../../kernel/index.ts'
import type { FormBody } from '../../context.ts'
import { readAmount } from '../../page/index.ts'
import type { Field, Grid } from '../blocks.ts'
import { moneyText, textOf, type Asked, type Desk } from '../desk.ts'

/** What a credit note takes at once. */
export const LINES_MAX = 100

export interface OpenLine {
  line: InvoiceLineRow
  /** What no credit note has taken of it yet, as its document states prices. */
  leftMinor: bigint
}

/** What can still be credited of the lines of a document. */
export const openOf = (credits: readonly LineCredit[]): OpenLine[] =>
  credits
    .map(({ line, creditedMinor }) => ({ line, leftMinor: line.amount_minor - creditedMinor }))
    .filter(({ leftMinor }) => leftMinor !== 0n)
    .slice(0, LINES_MAX)

/** The group of fields in the forms of refunds: an amount a line of each document that a credit note may be over. */
const GROUP = 'line'
const keyOf = (invoiceId: string, position: number | ''): string => `${invoiceId}:${position}`

/** The document whose line a field of the forms is about; undefined for any other field. */
export const documentOfField = (name: string): string | undefined => /^line\[(.+):\d+\]$/.exec(name)?.[1]

/** Rows of a grid for the lines of a document, each with the field of what is credited of it. */
export async function noteLineRows(
  desk: Desk,
  asked: Asked,
  { payment, id }: { payment: Pick<PaymentRow, 'client_id'>; id: string | null },
): Promise<Grid['rows']> {
  const { db } = desk.means
  const document = await db.get<Document>(sql`
    select id, number, currency from invoices where id = ${id} and kind = 'invoice' and status in ('issued', 'paid')`)
  if (!document) return []
  const credits = await creditableOf(db, { clientId: payment.client_id, ids: [document.id] })
  return openOf(credits.get(document.id) ?? []).map((open) => rowOf(desk, asked, document, open))
}

interface Document {
  id: string
  number: string
  currency: string
}

function rowOf(
  { t, locale }: Desk,
  asked: Asked,
  { id, number, currency }: Document,
  { line, leftMinor }: OpenLine,
): Grid['rows'][number] {
  const key = keyOf(id, line.position)
  const error = asked.refused?.fields[`${GROUP}[${key}]`]
  const label = `${number} · ${lineText(t, line)}`
  const typed = groupOf(asked.refused?.values ?? {})
  const field: Field = {
    ...{ name: `${GROUP}[${key}]`, label, kind: 'money', required: false, value: textOf(typed, key) },
    hint: t('admin.invoices.credit.left', { sum: moneyText({ locale }, leftMinor, currency) }),
    ...(error === undefined ? {} : { error }),
  }
  return { label, cells: [field, t('admin.refunds.in_note')] }
}

interface Wish {
  form: FormBody
  invoiceId: string | null
  /** "credit_note", "credit" or "goodwill"; null where nobody has said it. */
  from: string | null
}

/**
 * How the words of the forms are said to the verbs: a credit note is over the lines that were typed, or the whole. Lines
 * of other documents are for `demandCredited` to refuse.
 */
export async function paidBy(desk: Desk, { form, invoiceId, from }: Wish) {
  const lines = invoiceId === null ? [] : await typedLines(desk, form, invoiceId)
  if (from === 'credit_note') return { credit_note: lines.length > 0 ? { lines } : {} }
  if (lines.length > 0) throw invalidInput({ from: 'must be a credit note for lines to be credited' })
  return from === null ? {} : { from }
}

/** Refuses amounts at lines of other documents than these: a credit note over the whole of one would pass them over. */
export function demandCredited(form: FormBody, ids: readonly string[]): void {
  const stray = typedKeys(form).filter((key) => !ids.some((id) => key.startsWith(keyOf(id, ''))))
  if (stray.length === 0) return
  throw invalidInput(
    Object.fromEntries(stray.map((key) => [`${GROUP}[${key}]`, 'is of a document that is not credited'])),
  )
}

const groupOf = (form: FormBody): FormBody => (form[GROUP] ?? {}) as FormBody

const typedKeys = (form: FormBody): string[] =>
  Object.keys(groupOf(form)).filter((key) => textOf(groupOf(form), key) !== '')

async function typedLines({ means, actor, locale }: Desk, form: FormBody, invoiceId: string) {
  const start = keyOf(invoiceId, '')
  const keys = typedKeys(form).filter((key) => key.startsWith(start))
  if (keys.length === 0) return []
  const { currency, lines } = await getInvoice(means.db, invoiceId, actor)
  return keys.map((key) => {
    const line = lines.find(({ position }) => key === keyOf(invoiceId, position))
    if (!line) throw invalidInput({ [`${GROUP}[${key}]`]: 'is of a document that is not credited' })
    const minor = readAmount(textOf(groupOf(form), key), currency, locale)
    if (minor === null || minor === 0n)
      throw invalidInput({ [`${GROUP}[${key}]`]: 'is not an amount such as 24.00' })
    return { position: line.position, amount_minor: minor.toString() }
  })
}
