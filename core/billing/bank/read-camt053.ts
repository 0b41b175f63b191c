import { allAt, at, readXml, textAt, type XmlNode } from './read-xml.ts'
import {
  bankAmount,
  checkBalance,
  currencyOf,
  dayOf,
  StatementInvalid,
  type BankStatement,
  type StatementLine,
} from './statement.ts'

/** ISO 20022 camt.053, in whichever version: the parts read here have kept their names. Only booked entries count. */
export function readCamt053(source: string): BankStatement {
  const root = readXml(source)
  const report = at(root, 'BkToCstmrStmt')
  if (root.name !== 'Document' || !report)
    throw StatementInvalid({ line: root.line, problem: 'this is not a statement of the kind camt.053' })
  const statements = allAt(report, 'Stmt')
  if (statements.length === 0)
    throw StatementInvalid({ line: report.line, problem: 'there is no statement in it' })
  const lines = statements.flatMap(readStatement)
  const [first] = statements
  return {
    account: textAt(first, 'Acct', 'Id', 'IBAN') ?? textAt(first, 'Acct', 'Id', 'Othr', 'Id'),
    reference: textAt(first, 'Id'),
    lines,
  }
}

function readStatement(statement: XmlNode): StatementLine[] {
  const booked = allAt(statement, 'Ntry').filter((entry) => statusOf(entry) === 'BOOK')
  const lines = booked.flatMap(readEntry)
  const [opening, closing] = ['OPBD', 'CLBD'].map((code) =>
    allAt(statement, 'Bal').find((balance) => textAt(balance, 'Tp', 'CdOrPrtry', 'Cd') === code),
  )
  if (opening && closing)
    checkBalance({ openingMinor: signed(opening), closingMinor: signed(closing), line: closing.line }, lines)
  return lines
}

/** A plain word before version 8, an element with a code since. */
const statusOf = (entry: XmlNode): string | null => textAt(entry, 'Sts', 'Cd') ?? textAt(entry, 'Sts')

/** The amount of an element with its sign. A reversal turns the sign round. */
function signed(node: XmlNode): bigint {
  const amount = moneyOf(at(node, 'Amt'), node)
  const indicator = textAt(node, 'CdtDbtInd')
  if (indicator !== 'CRDT' && indicator !== 'DBIT')
    throw StatementInvalid({ line: node.line, problem: `"${indicator ?? ''}" is neither CRDT nor DBIT` })
  return indicator === 'CRDT' ? amount : -amount
}

function moneyOf(amount: XmlNode | undefined, of: XmlNode): bigint {
  if (!amount) throw StatementInvalid({ line: of.line, problem: `<${of.name}> has no amount` })
  const currency = currencyOf(amount.attributes.Ccy ?? '', amount.line)
  return bankAmount(amount.text.trim(), currency, amount.line)
}

/** An entry, or each of its parts where a bank has put several transfers into one and says how much each was. */
function readEntry(entry: XmlNode): StatementLine[] {
  const total = signed(entry)
  const currency = currencyOf(at(entry, 'Amt')!.attributes.Ccy ?? '', entry.line)
  const day = textAt(entry, 'BookgDt', 'Dt') ?? textAt(entry, 'BookgDt', 'DtTm')?.slice(0, 10)
  if (!day) throw StatementInvalid({ line: entry.line, problem: 'an entry has no day of booking' })
  const head = {
    bookedOn: dayOf(day, entry.line),
    currency,
    reference: textAt(entry, 'AcctSvcrRef') ?? textAt(entry, 'NtryRef'),
  }
  const parts = allAt(entry, 'NtryDtls').flatMap((details) => allAt(details, 'TxDtls'))
  const amounts = parts.map((part) => partAmount(part, currency))
  const sum = amounts.reduce<bigint>((all, one) => all + (one ?? 0n), 0n)
  const isBatch = parts.length > 1 && amounts.every((one) => one !== null)
  if (!isBatch || sum !== (total < 0n ? -total : total))
    return [{ ...head, line: entry.line, amountMinor: total, ...detailsOf(entry, parts[0]) }]
  return parts.map((part, i) => ({
    ...head,
    ...{ line: part.line, amountMinor: total < 0n ? -amounts[i]! : amounts[i]! },
    ...detailsOf(entry, part),
    reference:
      textAt(part, 'Refs', 'AcctSvcrRef') ?? textAt(part, 'Refs', 'TxId') ?? partReference(head.reference, i),
  }))
}

const partReference = (reference: string | null, i: number): string | null =>
  reference === null ? null : `${reference}/${i + 1}`

/** Null where the part does not say, or says it in another currency. */
function partAmount(part: XmlNode, currency: string): bigint | null {
  const amount = at(part, 'Amt') ?? at(part, 'AmtDtls', 'TxAmt', 'Amt')
  return amount?.attributes.Ccy === currency ? bankAmount(amount.text.trim(), currency, amount.line) : null
}

function detailsOf(entry: XmlNode, part: XmlNode | undefined) {
  const info = at(part, 'RmtInf')
  const texts = [
    ...allAt(info, 'Ustrd').map(({ text }) => text.trim().replace(/\s+/g, ' ')),
    ...allAt(info, 'Strd').map((one) => textAt(one, 'CdtrRefInf', 'Ref')),
    textAt(part, 'Refs', 'EndToEndId'),
  ].filter((text): text is string => Boolean(text) && text !== 'NOTPROVIDED')
  const isCredit = textAt(entry, 'CdtDbtInd') === 'CRDT'
  const side = isCredit ? 'Dbtr' : 'Cdtr'
  const parties = at(part, 'RltdPties')
  const text = texts.join(' ')
  return {
    text: text || (textAt(part, 'AddtlTxInf') ?? textAt(entry, 'AddtlNtryInf') ?? ''),
    name: textAt(parties, side, 'Nm') ?? textAt(parties, side, 'Pty', 'Nm'),
    account:
      textAt(parties, `${side}Acct`, 'Id', 'IBAN') ?? textAt(parties, `${side}Acct`, 'Id', 'Othr', 'Id'),
  }
}
