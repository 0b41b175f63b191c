import { createHash } from 'node:crypto'
import { Type } from '../../../sdk/index.ts'
import { recordAudit } from '../../audit/index.ts'
import { list, sql, type Trx } from '../../db/index.ts'
import { BerthError, invalidInput, type Actor } from '../../kernel/index.ts'
import { defineVerb, findRow, type Means } from '../../records/index.ts'
import { bookParts } from './book-line.ts'
import type { BankAccountRow, BankLineRow } from './bank-line.ts'
import { matchLine, stripped, SURE } from './match-lines.ts'
import { openDocuments } from './open-documents.ts'
import { readCamt053 } from './read-camt053.ts'
import { readCsv, type CsvMapping } from './read-csv.ts'
import { readMt940 } from './read-mt940.ts'
import type { BankStatement, StatementLine } from './statement.ts'

export interface Imported {
  /** Lines that were in no earlier file. */
  new: number
  known: number
  /** Of the new ones: booked by rule. */
  booked: number
}

/** Half a year of a busy account. More would hold up everybody else for too long. */
const LINES_MAX = 20_000

/**
 * Takes a statement in: each line once, whichever file brings it again. A file that is not understood to its last line
 * brings nothing. Lines without doubt are booked where the account says so; the others wait for staff.
 */
export const importStatement = defineVerb(
  {
    permission: 'bank_line.import',
    asks: ['bank_line.book:check'],
    audience: ['staff'],
    input: Type.Object({
      account_id: Type.String(),
      format: Type.Enum({ camt053: 'camt053', mt940: 'mt940', csv: 'csv' } as const),
      content: Type.String({ minLength: 1, maxLength: 8_000_000 }),
    }),
  },
  async (means: Means, { account_id, format, content }, actor): Promise<Imported> => {
    const account = await findRow<BankAccountRow>(means.db, actor, {
      ...{ table: 'bank_accounts', what: 'bank account', id: account_id, scope: { client: null } },
    })
    const statement = readStatement(account, format, content)
    refuseForeign(account, statement)
    if (statement.lines.length > LINES_MAX)
      throw invalidInput({
        content: `has ${statement.lines.length} lines; import at most ${LINES_MAX} at once`,
      })
    const sha = createHash('sha256').update(content).digest('hex')
    const rows = keyed(statement.lines).map(([line, key]) => rowOf(means, account, { line, key, sha }))
    const added = await means.db.transaction(async (trx) => {
      const fresh = await insertNew(trx, account, rows)
      const after = { format, lines: rows.length, new: fresh.length, sha256: sha }
      await recordAudit(means, trx, actor, [
        { action: 'bank_line.import', subject: account.id, brandId: account.brand_id, after },
      ])
      return fresh
    })
    const booked = account.books_sure === 1 ? await bookSure(means, account, { lines: added, actor }) : 0
    return { new: added.length, known: rows.length - added.length, booked }
  },
)

function readStatement(
  account: BankAccountRow,
  format: 'camt053' | 'mt940' | 'csv',
  content: string,
): BankStatement {
  if (format === 'camt053') return readCamt053(content)
  if (format === 'mt940') return readMt940(content)
  if (account.csv_mapping === null)
    throw invalidInput({ format: 'the account does not say how its CSV files are read' })
  return readCsv(content, JSON.parse(account.csv_mapping) as CsvMapping, account.currency)
}

/** A file of another account would book its money here. */
function refuseForeign(account: BankAccountRow, { account: named }: BankStatement): void {
  if (account.iban === null || named === null) return
  const [own, other] = [stripped(account.iban), stripped(named)]
  // MT940 names banks by code and number instead of the IBAN, which holds both.
  if (own === other || (!/^[A-Z]{2}\d{2}/.test(other) && own.includes(other.replace(/^0+/, '')))) return
  throw invalidInput({ content: `is a statement of ${named}, not of ${account.iban}` })
}

/** Equal lines of one file are told apart by their order, so that two equal transfers of a day stay two. */
function keyed(lines: readonly StatementLine[]): [StatementLine, string][] {
  const seen = new Map<string, number>()
  return lines.map((line) => {
    const { bookedOn, amountMinor, currency, reference, text, name } = line
    const facts = [
      bookedOn,
      amountMinor.toString(),
      currency,
      reference ?? '',
      stripped(text),
      stripped(name ?? ''),
    ]
    const key = createHash('sha256').update(JSON.stringify(facts)).digest('hex')
    const n = seen.get(key) ?? 0
    seen.set(key, n + 1)
    return [line, `${key}/${n}`]
  })
}

function rowOf(
  means: Means,
  account: BankAccountRow,
  { line, key, sha }: { line: StatementLine; key: string; sha: string },
): BankLineRow {
  const now = means.business.now()
  return {
    ...{ id: means.newId('bkl'), account_id: account.id, brand_id: account.brand_id, line_key: key },
    ...{
      file_sha256: sha,
      booked_on: line.bookedOn,
      amount_minor: line.amountMinor,
      currency: line.currency,
    },
    ...{ reference: line.reference, text: line.text, name: line.name, counter_account: line.account },
    ...{ status: 'open', bookings: 0, note: null, version: 1, created_at: now, updated_at: now },
  }
}

/** Two imports of one file at once: the second one waits for the account's row and finds the lines of the first. */
async function insertNew(
  trx: Trx,
  account: BankAccountRow,
  rows: readonly BankLineRow[],
): Promise<BankLineRow[]> {
  await trx.run(sql`update bank_accounts set version = version where id = ${account.id}`)
  const known = new Set<string>()
  for (let i = 0; i < rows.length; i += 500) {
    const keys = rows.slice(i, i + 500).map(({ line_key }) => line_key)
    const found = await trx.all<{ line_key: string }>(
      sql`select line_key from bank_lines where account_id = ${account.id} and line_key in (${list(keys)})`,
    )
    for (const { line_key } of found) known.add(line_key)
  }
  const fresh = rows.filter(({ line_key }) => !known.has(line_key))
  await trx.insert('bank_lines', fresh)
  return fresh
}

/**
 * Each line in a transaction of its own: one that cannot be booked after all waits for staff, like any other, and so
 * does a second line for a document that this file has paid already.
 */
async function bookSure(
  means: Means,
  account: BankAccountRow,
  { lines, actor }: { lines: readonly BankLineRow[]; actor: Actor },
): Promise<number> {
  const index = await openDocuments(means.db, account)
  const taken = new Set<string>()
  let booked = 0
  for (const line of lines) {
    if (line.currency !== account.currency) continue
    const [best] = matchLine({ ...line, amountMinor: line.amount_minor }, index, account.tolerance_minor)
    if (!best || best.confidence < SURE || best.parts.some(({ invoiceId }) => taken.has(invoiceId))) continue
    for (const { invoiceId } of best.parts) taken.add(invoiceId)
    try {
      await means.db.transaction((trx) =>
        bookParts(means, trx, { line, parts: best.parts, how: 'rule' }, actor),
      )
      booked += 1
    } catch (error) {
      means.log.warn({ err: error, line: line.id }, 'a bank line could not be booked by rule')
      if (error instanceof BerthError) await noteRefusal(means, line, error.message)
    }
  }
  return booked
}

/** Why it waits stands at the line, until it is booked or left aside. */
async function noteRefusal(means: Means, { id }: BankLineRow, message: string): Promise<void> {
  await means.db.run(
    sql`update bank_lines set note = ${message.slice(0, 500)} where id = ${id} and status = 'open'`,
  )
}
