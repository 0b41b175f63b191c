import type { IsoDate } from '../../kernel/index.ts'
import {
  bankAmount,
  checkBalance,
  currencyOf,
  dayOf,
  StatementInvalid,
  type BankStatement,
  type StatementLine,
} from './statement.ts'

interface Field {
  tag: string
  line: number
  text: string
}

interface Balance {
  currency: string
  minor: bigint
  line: number
}

/** SWIFT MT940, with or without the envelope that banks put round it. Each statement's balances must fit its lines. */
export function readMt940(source: string): BankStatement {
  const fields = fieldsOf(source)
  if (fields.length === 0)
    throw StatementInvalid({ line: 1, problem: 'there is no field such as :20: in it' })
  const lines: StatementLine[] = []
  let opening: Balance | null = null
  let begun = 0
  fields.forEach((field, i) => {
    if (/^60[FM]$/.test(field.tag)) {
      opening = balanceOf(field)
      begun = lines.length
    }
    if (field.tag === '61') lines.push(movementOf(field, opening, detailsAfter(fields, i)))
    if (/^62[FM]$/.test(field.tag)) {
      if (!opening)
        throw StatementInvalid({ line: field.line, problem: 'a closing balance without an opening one' })
      const closing = balanceOf(field)
      const sums = { openingMinor: opening.minor, closingMinor: closing.minor, line: closing.line }
      checkBalance(sums, lines.slice(begun))
      opening = null
    }
  })
  if (opening)
    throw StatementInvalid({
      line: (opening as Balance).line,
      problem: 'the statement has no closing balance',
    })
  const own = (tag: string) => fields.find((field) => field.tag === tag)?.text.trim() ?? null
  return { account: own('25'), reference: own('20'), lines }
}

/** A field goes on over lines until the next one begins; "-" ends a message, braces are its envelope. */
function fieldsOf(source: string): Field[] {
  const fields: Field[] = []
  source
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .forEach((text, i) => {
      const inner = text.replace(/^\{.*\{4:/, '').replace(/^\{.*\}$/, '')
      if (inner === '' || inner === '-' || inner.startsWith('-}')) return
      const match = /^:(\d{2}[A-Z]?):(.*)$/.exec(inner)
      if (match) fields.push({ tag: match[1]!, line: i + 1, text: match[2]! })
      else if (fields.length > 0) fields.at(-1)!.text += `\n${inner}`
      else throw StatementInvalid({ line: i + 1, problem: 'text before the first field' })
    })
  return fields
}

/** "C260115EUR1234,56". */
function balanceOf({ text, line }: Field): Balance {
  const match = /^([CD])\d{6}([A-Z]{3})(\d{1,12},\d{0,4})\s*$/.exec(text)
  if (!match) throw StatementInvalid({ line, problem: `"${text}" is not a balance` })
  const currency = currencyOf(match[2]!, line)
  const minor = bankAmount(match[3]!.replace(',', '.'), currency, line)
  return { currency, minor: match[1] === 'C' ? minor : -minor, line }
}

const MOVEMENT =
  /^(\d{6})(\d{4})?(R?[CD])([A-Z])?(\d{1,12},\d{0,4})([NFS][A-Z0-9]{3})([^\n]*?)(?:\/\/([^\n]*))?(?:\n([\s\S]*))?$/

/** "2601150115CR119,00NTRFNONREF//B4A15PGX". R marks a reversal, which turns the sign round. */
function movementOf({ text, line }: Field, opening: Balance | null, details: string): StatementLine {
  if (!opening) throw StatementInvalid({ line, problem: 'a movement before the opening balance' })
  const match = MOVEMENT.exec(text)
  if (!match) throw StatementInvalid({ line, problem: `"${text.split('\n')[0]!}" is not a movement` })
  const [, value, entry, mark, , amount, , own, bank] = match
  const minor = bankAmount(amount!.replace(',', '.'), opening.currency, line)
  return {
    line,
    bookedOn: bookedOn(value!, entry, line),
    amountMinor: mark === 'C' || mark === 'RD' ? minor : -minor,
    currency: opening.currency,
    reference: bank?.trim() || null,
    ...said(details, own!.trim()),
  }
}

/** The day of the value has the year; the day of the booking may lie over New Year from it. */
function bookedOn(value: string, entry: string | undefined, line: number): IsoDate {
  const valueDay = dayOf(`20${value.slice(0, 2)}-${value.slice(2, 4)}-${value.slice(4, 6)}`, line)
  if (!entry) return valueDay
  const year = Number(valueDay.slice(0, 4))
  const [month, valueMonth] = [Number(entry.slice(0, 2)), Number(value.slice(2, 4))]
  const over = month === 12 && valueMonth === 1 ? -1 : month === 1 && valueMonth === 12 ? 1 : 0
  return dayOf(`${year + over}-${entry.slice(0, 2)}-${entry.slice(2, 4)}`, line)
}

const detailsAfter = (fields: readonly Field[], i: number): string =>
  fields[i + 1]?.tag === '86' ? fields[i + 1]!.text : ''

/** Free text, or the parts ?20 to ?29 and ?60 to ?63 that German banks make of it, with the payer in ?32 and ?33. */
function said(details: string, own: string): Pick<StatementLine, 'text' | 'name' | 'account'> {
  const flat = details.replaceAll('\n', '')
  if (!/^\d{3}\?/.test(flat)) {
    const text = [details.replaceAll('\n', ' ').trim(), own === 'NONREF' ? '' : own].filter(Boolean).join(' ')
    return { text, name: null, account: null }
  }
  const parts = new Map<string, string>()
  for (const [, code, text] of flat.matchAll(/\?(\d{2})([^?]*)/g)) parts.set(code!, text!)
  const joined = (codes: readonly string[]) => codes.map((code) => parts.get(code) ?? '').join('')
  const words = [...parts.keys()].filter((code) => /^(2\d|6[0-3])$/.test(code))
  return {
    text: [joined(words).trim(), own === 'NONREF' ? '' : own].filter(Boolean).join(' '),
    name: joined(['32', '33']).trim() || null,
    account: parts.get('31')?.trim() || null,
  }
}
