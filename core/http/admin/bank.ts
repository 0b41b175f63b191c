import {
  bookBankLine,
  ignoreBankLine,
  importStatement,
  saveBankAccount,
  undoBankLine,
} from '../../billing/index.ts'
import { sql } from '../../db/index.ts'
import { invalidInput } from '../../kernel/index.ts'
import { findRow, scoped } from '../../records/index.ts'
import type { FormBody } from '../context.ts'
import { readAmount } from '../page/index.ts'
import { optional, textOf, ticked, type Asked, type Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { accountForm, accountList, CSV_FIELDS } from './views/bank-accounts.ts'
import { importPage } from './views/bank-import.ts'
import { lineList, linePage } from './views/bank-lines.ts'

export const bank: Section = {
  pages: [
    { path: '/bank-lines', permission: 'bank_line.list', draw: lineList },
    { path: '/bank-lines/import', permission: 'bank_line.import', draw: importPage },
    { path: '/bank-lines/:id', permission: 'bank_line.read', draw: linePage },
    { path: '/bank-accounts', permission: 'bank_account.list', draw: accountList },
    { path: '/bank-accounts/new', confirmed: true, permission: 'bank_account.save', draw: accountForm },
    { path: '/bank-accounts/:id', confirmed: true, permission: 'bank_account.save', draw: accountForm },
  ],
  acts: [
    { path: '/bank-lines/import', permission: 'bank_line.import', again: importPage, act: take },
    { path: '/bank-lines/:id/book', permission: 'bank_line.book', again: linePage, act: book },
    { path: '/bank-lines/:id/ignore', permission: 'bank_line.ignore', again: linePage, act: ignore },
    { path: '/bank-lines/:id/undo', permission: 'bank_line.undo', again: linePage, act: undo },
    { path: '/bank-accounts', permission: 'bank_account.save', again: accountForm, act: save },
    { path: '/bank-accounts/:id', permission: 'bank_account.save', again: accountForm, act: save },
  ],
}

/** Files of banks are in UTF-8, or in the older Latin letters; the first is tried first. */
function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}

async function take({ means, actor, t }: Desk, { form, uploads }: Asked) {
  const file = uploads.get('u.file')
  if (!file) throw invalidInput({ file: 'is missing' })
  const input = {
    account_id: textOf(form, 'account_id'),
    format: textOf(form, 'format'),
    content: decode(file.bytes),
  }
  const done = await importStatement(means, input, actor)
  return { href: '/admin/bank-lines', message: t('payments.bank.imported', { ...done }) }
}

async function book({ means, actor, t, locale }: Desk, { form, params }: Asked) {
  const line = await findRow<{ id: string; currency: string }>(means.db, actor, {
    ...{ table: 'bank_lines', what: 'bank line', id: params.id!, scope: { client: null } },
  })
  const [numbers, amounts] = ['number', 'part'].map((name) => (form[name] ?? {}) as FormBody)
  const rows = Object.keys(numbers!)
    .map((i) => ({ number: textOf(numbers!, i), amount: textOf(amounts!, i) }))
    .filter(({ number, amount }) => number !== '' || amount !== '')
  const parts = []
  for (const { number, amount } of rows) {
    const invoice = await means.db.get<{ id: string }>(sql`
      select i.id from invoices i where i.number = ${number} and i.kind = 'invoice' and ${scoped(actor, { table: 'i' })}`)
    if (!invoice) throw invalidInput({ parts: `there is no invoice "${number}"` })
    const minor = readAmount(amount, line.currency, locale)
    if (minor === null) throw invalidInput({ parts: `"${amount}" is not an amount` })
    parts.push({ invoice_id: invoice.id, amount_minor: minor.toString() })
  }
  await bookBankLine(means, { line_id: line.id, parts }, actor)
  return { href: `/admin/bank-lines/${line.id}`, message: t('payments.bank.booked') }
}

async function ignore({ means, actor, t }: Desk, { form, params }: Asked) {
  await ignoreBankLine(means, { line_id: params.id, reason: textOf(form, 'reason') }, actor)
  return { href: '/admin/bank-lines', message: t('payments.bank.ignored') }
}

async function undo({ means, actor, t }: Desk, { form, params }: Asked) {
  await undoBankLine(means, { line_id: params.id, reason: textOf(form, 'reason') }, actor)
  return { href: `/admin/bank-lines/${params.id!}`, message: t('payments.bank.undone') }
}

async function save({ means, actor, t, locale }: Desk, { form, params }: Asked) {
  const currency = textOf(form, 'currency')
  const typed = textOf(form, 'tolerance')
  const isKnown = means.db.get(
    sql`select b.id from brands b where b.id = ${textOf(form, 'brand_id')} and b.currencies like ${`%"${currency.replace(/\W/g, '')}"%`}`,
  )
  // A currency that does not exist has no decimals to read by: the verb refuses it by its name.
  const tolerance = typed === '' || !(await isKnown) ? 0n : readAmount(typed, currency, locale)
  if (tolerance === null) throw invalidInput({ tolerance: 'is not an amount such as 0.50' })
  const input = {
    ...(params.id ? { account_id: params.id } : {}),
    ...{ brand_id: textOf(form, 'brand_id'), instance_id: optional(form, 'instance_id') },
    ...{ name: textOf(form, 'name'), currency, iban: optional(form, 'iban') },
    ...{ books_sure: ticked(form, 'books_sure'), tolerance_minor: tolerance.toString() },
    csv_mapping: mappingOf(form),
  }
  await saveBankAccount(means, input, actor)
  return { href: '/admin/bank-accounts', message: t('payments.bank.account_saved') }
}

/** Null while no column is named: the bank has no file of its own. */
function mappingOf(form: FormBody): Record<string, unknown> | null {
  if (textOf(form, 'csv_day') === '') return null
  const fields = CSV_FIELDS.flatMap((name) => {
    const value = optional(form, `csv_${name}`)
    return value === null ? [] : [[name, name === 'skip' ? Number(value) : value] as const]
  })
  return Object.fromEntries(fields)
}
