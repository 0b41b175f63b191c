import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { taxIdForm } from '../../../core/billing/index.ts'

/** Made-up numbers that pass; the list of samples that the rules were written against. */
const valid: readonly [country: string, id: string, normal?: string][] = [
  ['AT', 'ATU12345675'],
  ['BE', 'BE0123456056'],
  ['BG', 'BG123456786'],
  ['CY', 'CY10234567S'],
  ['CZ', 'CZ12345679'],
  ['DE', 'DE123456788'],
  ['DK', 'DK12345674'],
  ['EE', 'EE123456780'],
  ['GR', 'EL123456783'],
  ['ES', 'ES12345678Z'],
  ['ES', 'ESX1234567L'],
  ['ES', 'ESB12345674'],
  ['FI', 'FI12345671'],
  ['FR', 'FR11123456782'],
  ['HR', 'HR12345678903'],
  ['HU', 'HU12345676'],
  ['IE', 'IE1234567T'],
  ['IE', 'IE1234567FA'],
  ['IT', 'IT12345670124'],
  ['LT', 'LT123456715'],
  ['LU', 'LU12345613'],
  ['LV', 'LV41234567891'],
  ['MT', 'MT12345634'],
  ['NL', 'NL123456782B01'],
  ['PL', 'PL5123456786'],
  ['PT', 'PT123456789'],
  ['RO', 'RO123456789'],
  ['SE', 'SE123456789701'],
  ['SI', 'SI12345679'],
  ['SK', 'SK2021234567'],
  ['GB', 'GB123456782'],
  ['GB', 'GB123456727'],
  ['GB', 'GB123456740'],
  ['GB', 'XI123456782'],
  ['IN', '29ABCPE1234F1Z7'],
  // Written as people write them.
  ['FR', 'fr 11 123 456 782', 'FR11123456782'],
  ['DE', '123.456.788', 'DE123456788'],
  ['MC', 'FR11123456782'],
  ['ID', '01.234.567.4-091.000', '0012345674091000'],
  ['ID', '02.000.000.6-091.000', '0020000006091000'],
  ['ID', '31.765.432.5-091.000', '0317654325091000'],
  ['ID', '84.444.444.8-091.000', '0844444448091000'],
  ['ID', '0012345674091000'],
  // A branch is written by the number of its head office.
  ['ID', '01.234.567.4-091.003', '0012345674091000'],
  ['ID', '3171010107900001'],
  ['ID', '3171014107900001'],
]
const invalid: readonly [country: string, id: string, reason: string][] = [
  ['AT', 'ATU12345676', 'check_digit'],
  ['DE', 'DE123456789', 'check_digit'],
  ['FR', 'FR12123456782', 'check_digit'],
  ['IT', 'IT12345670125', 'check_digit'],
  ['NL', 'NL123456783B01', 'check_digit'],
  ['PL', 'PL5123456787', 'check_digit'],
  ['IN', '29ABCPE1234F1Z8', 'check_digit'],
  ['DE', 'DE12345678', 'form'],
  ['DE', 'FR11123456782', 'prefix'],
  // 30 February, month 13, province 99, a wrong check digit, 14 digits.
  ['ID', '3171013002900001', 'date'],
  ['ID', '3171010113900001', 'date'],
  ['ID', '9971010107900001', 'province'],
  ['ID', '01.234.567.5-091.000', 'check_digit'],
  ['ID', '0012345675091000', 'check_digit'],
  ['ID', '12345674091000', 'form'],
]

describe('the form of a tax id', () => {
  for (const [country, id, normal = id] of valid)
    test(`${country} ${id} fits`, () => assert.deepEqual(taxIdForm(country, id), { fits: true, normal }))
  for (const [country, id, reason] of invalid)
    test(`${country} ${id} does not: ${reason}`, () =>
      assert.deepEqual(taxIdForm(country, id), { fits: false, reason }))
})
