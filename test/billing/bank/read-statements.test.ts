import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  readCamt053,
  readCsv,
  readMt940,
  type CsvMapping,
  type BankStatement,
} from '../../../core/billing/index.ts'
import { CAMT, MT940 } from './files.ts'

const told = ({ lines }: BankStatement) =>
  lines.map((one) => [one.bookedOn, one.amountMinor, one.reference, one.text, one.name])
const refuses = (read: () => unknown, line: number, problem: RegExp) =>
  assert.throws(read, (error: { code?: string; params?: { line: number; problem: string } }) => {
    assert.equal(error.code, 'statement.invalid', String(error))
    assert.match(error.params!.problem, problem)
    assert.equal(error.params!.line, line)
    return true
  })

describe('camt.053', () => {
  test('booked entries, each part of a batch by itself', () => {
    const statement = readCamt053(CAMT)
    assert.equal(statement.account, 'DE89370400440532013000')
    assert.deepEqual(told(statement), [
      ['2026-01-15', 1_190n, 'B-1', 'Rechnung NUMBER', 'Ada & Bo Quay'],
      ['2026-01-15', 1_530n, 'B-2/1', 'first', null],
      ['2026-01-15', 2_000n, 'B-2/2', 'RF18539007547034', null],
      ['2026-01-15', -400n, null, 'Account fee', null],
    ])
  })
  test('what is not that is refused, with its line', () => {
    refuses(() => readCamt053(CAMT.replace('143.20', '143.21')), 9, /lead to a balance of 14320/)
    refuses(() => readCamt053(CAMT.replace('>11.90<', '>11.905<')), 11, /more decimals than EUR/)
    refuses(() => readCamt053(CAMT.replace('Ccy="EUR">11.90', 'Ccy="EUX">11.90')), 11, /currency that exists/)
    refuses(() => readCamt053(CAMT.replace('<Dt>2026-01-15', '<Dt>2026-02-30')), 10, /not a day/)
    refuses(
      () => readCamt053(CAMT.replace('>CRDT</CdtDbtInd><Sts><Cd>BOOK', '>MAYBE</CdtDbtInd><Sts><Cd>BOOK')),
      10,
      /neither CRDT nor DBIT/,
    )
    refuses(() => readCamt053(CAMT.replace('</Ntry>', '</Entry>')), 18, /closes what was not opened/)
    refuses(() => readCamt053(CAMT.slice(0, 400)), 9, /not (closed|written to its end)|not an element/)
    refuses(() => readCamt053('<Document/>'), 1, /not a statement/)
    refuses(() => readCamt053('MT940, surely'), 1, /outside of all elements/)
  })
  test('a file with definitions of its own is not read', () => {
    const bomb = `<?xml version="1.0"?>\n<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>\n<Document>&b;</Document>`
    refuses(() => readCamt053(bomb), 2, /definitions of types/)
    refuses(() => readCamt053('<Document>&b;</Document>'), 1, /not a sign of XML/)
  })
})

describe('MT940', () => {
  test('movements with the payer’s words, over New Year, reversals turned round', () => {
    const statement = readMt940(MT940)
    assert.equal(statement.account, '37040044/0532013000')
    assert.deepEqual(told(statement), [
      ['2025-12-31', 1_190n, 'B-1', 'Rechnung NUMBER', 'Ada Quay'],
      ['2026-01-01', -400n, null, 'Account fee', null],
      ['2026-01-02', 250n, null, 'Returned  charge OLD-7', null],
    ])
  })
  test('what is not that is refused, with its line', () => {
    refuses(() => readMt940(MT940.replace('110,40', '110,41')), 12, /lead to a balance/)
    refuses(() => readMt940(MT940.replace('CR11,90', 'XX11,90')), 5, /not a movement/)
    refuses(() => readMt940(MT940.replace('260102010', '269902010')), 7, /not a day/)
    refuses(() => readMt940(MT940.replace(':60F:C251231EUR', ':60F:C251231euro')), 4, /not a balance/)
    refuses(() => readMt940(MT940.replace(/:60F:.*\n/, '')), 4, /before the opening balance/)
    refuses(() => readMt940(MT940.replace(/:62F:.*\n/, '')), 4, /no closing balance/)
    refuses(() => readMt940('hello'), 1, /before the first field/)
  })
})

describe('CSV', () => {
  const mapping: CsvMapping = {
    ...{ delimiter: ';', skip: 1, day: 'Tag', day_format: 'DD.MM.YYYY', amount: 'Betrag', decimal: ',' },
    ...{ text: 'Zweck', name: 'Name' },
  }
  const file =
    'Konto 1\nTag;Betrag;Zweck;Name\n15.01.2026;1.011,90;"Rechnung; INV\n2026";Quay\n16.01.2026;-4,00;Fee;\n'
  test('is read by its mapping, quotes and all', () => {
    assert.deepEqual(told(readCsv(file, mapping, 'EUR')), [
      ['2026-01-15', 101_190n, null, 'Rechnung; INV 2026', 'Quay'],
      ['2026-01-16', -400n, null, 'Fee', null],
    ])
    const english: CsvMapping = {
      ...{ delimiter: ',', skip: 0, day: 'Date', day_format: 'MM/DD/YYYY', amount: 'Amount', decimal: '.' },
      text: 'Details',
    }
    assert.deepEqual(told(readCsv('Date,Amount,Details\n01/15/2026,"1,190",Hi', english, 'IDR')), [
      ['2026-01-15', 119_000n, null, 'Hi', null],
    ])
  })
  test('what does not fit it is refused, with its line', () => {
    refuses(() => readCsv(file.replace('Betrag', 'Summe'), mapping, 'EUR'), 2, /no column "Betrag"/)
    refuses(() => readCsv(file.replace('-4,00', '-4.00'), mapping, 'EUR'), 5, /not an amount/)
    refuses(() => readCsv(file.replace('16.01.2026', '31.02.2026'), mapping, 'EUR'), 5, /not a day/)
    refuses(() => readCsv(file.replace('16.01.2026', '2026-01-16'), mapping, 'EUR'), 5, /such as DD.MM.YYYY/)
    refuses(() => readCsv(file.replace('Fee;', 'Fee'), mapping, 'EUR'), 5, /3 columns instead of 4/)
    refuses(() => readCsv(file.replace('2026";', '2026;'), mapping, 'EUR'), 3, /quote is not closed/)
    refuses(() => readCsv('Konto 1\n', mapping, 'EUR'), 1, /no columns/)
  })
})
