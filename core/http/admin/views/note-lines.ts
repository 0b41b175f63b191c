import {
  creditableByHand,
  getInvoice,
  LineGivenBack,
  lineText,
  type CreditableLine,
} from '../../../billing/index.ts'
import { sql } from '../../../db/index.ts'
import { BerthError, invalidInput } from '../../../kernel/index.ts'
import type { FormBody } from '../../context.ts'
import { readAmount } from '../../page/index.ts'
import type { Field, Grid } from '../blocks.ts'
import { moneyText, textOf, type Asked, type Desk } from '../desk.ts'

/** What a credit note takes at once. */
export const LINES_MAX = 100

/** The lines of a document of which something can still be credited, or could, had it not been given back. */
export const shownLines = (lines: readonly CreditableLine[]): CreditableLine[] =>
  lines.filter(({ leftMinor, givenMinor }) => leftMinor !== 0n || givenMinor !== 0n).slice(0, LINES_MAX)

/** What a form calls a line, and says beside it: what of it came back without a credit note over it, and what is left. */
export function lineParts(
  { t, locale }: Pick<Desk, 't' | 'locale'>,
  { line, leftMinor, givenMinor }: CreditableLine,
  currency: string,
): { label: string; hint: string } {
  const sum = (minor: bigint) => moneyText({ locale }, minor, currency)
  const name = lineText(t, line)
  const given = () => t('admin.invoices.credit.given', { line: name, sum: sum(givenMinor) })
  return {
    label: givenMinor === 0n ? name : given(),
    hint: t('admin.invoices.credit.left', { sum: sum(leftMinor) }),
  }
}

/** The group of fields in the forms of refunds: an amount a line of each document that a credit note may be over. */
const GROUP = 'line'
const keyOf = (invoiceId: string, position: number | ''): string => `${invoiceId}:${position}`
const fieldOf = (invoiceId: string, position: number): string => `${GROUP}[${keyOf(invoiceId, position)}]`

/** Says at the field of a line, by what the form calls it, that more of it was given back than could be credited. */
export const atItsLine =
  (nameOf: (invoiceId: string, position: number) => string = fieldOf) =>
  (error: unknown): never => {
    if (!(error instanceof BerthError) || error.code !== LineGivenBack.code) throw error
    const { invoice_id: id, position } = error.params as { invoice_id: string; position: number }
    const fields = { [nameOf(id, position)]: error.message }
    throw new BerthError(error.code, error.status, error.message, { params: error.params, fields })
  }

/** The document whose line a field of the forms is about; undefined for any other field. */
export const documentOfField = (name: string): string | undefined => /^line\[(.+):\d+\]$/.exec(name)?.[1]

/** Rows of a grid for the lines of a document, each with the field of what is credited of it. */
export async function noteLineRows(desk: Desk, asked: Asked, id: string | null): Promise<Grid['rows']> {
  const { db } = desk.means
  const document = await db.get<Document>(sql`
    select id, client_id, number, currency from invoices where id = ${id} and kind = 'invoice' and status in ('issued', 'paid')`)
  if (!document) return []
  const lines = shownLines(await creditableByHand(db, document))
  return lines.map((one) => rowOf(desk, asked, document, one))
}

interface Document {
  id: string
  client_id: string
  number: string
  currency: string
}

function rowOf(
  desk: Desk,
  asked: Asked,
  { id, number, currency }: Document,
  one: CreditableLine,
): Grid['rows'][number] {
  const key = keyOf(id, one.line.position)
  const parts = lineParts(desk, one, currency)
  const error = asked.refused?.fields[`${GROUP}[${key}]`]
  const label = `${number} · ${parts.label}`
  const typed = groupOf(asked.refused?.values ?? {})
  const field: Field = {
    ...{ name: `${GROUP}[${key}]`, label, kind: 'money', required: false, value: textOf(typed, key) },
    hint: parts.hint,
    ...(error === undefined ? {} : { error }),
  }
  return { label, cells: [field, desk.t('admin.refunds.in_note')] }
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
