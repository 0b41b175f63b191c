import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { indexDocuments, matchLine, namedIn, SURE, type OpenDocument } from '../../../core/billing/index.ts'

const document = (number: string, openMinor: bigint, more: Partial<OpenDocument> = {}): OpenDocument => ({
  ...{ id: `inv_${number}`, number, openMinor, references: [], clientName: 'Ada Quay', company: null },
  ...more,
})
const open = [
  document('INV-2026-00001', 1_190n),
  document('INV-2026-00002', 2_380n, { clientName: 'Jörg Müller' }),
  document('INV-2026-00012', 500n, { company: 'Kai & Co. KG' }),
  document('INV-2026-00013', 500n, { clientName: 'Bo Moor' }),
  // The check digits hide where the number begins: only the whole reference is found.
  document('2026-00014', 700n, { references: ['RF40202600014'] }),
]
const index = indexDocuments(open)
const best = (text: string, amountMinor: bigint, name: string | null = null, tolerance = 0n) => {
  const [first] = matchLine({ text, amountMinor, name }, index, tolerance)
  return (
    first && [first.confidence, first.why, ...first.parts.map((part) => [part.invoiceId, part.amountMinor])]
  )
}

describe('what a bank line is for', () => {
  const cases: readonly [why: string, got: unknown, wanted: unknown][] = [
    [
      'number and sum',
      best('Rg. INV-2026-00001', 1_190n),
      [100, 'reference', ['inv_INV-2026-00001', 1_190n]],
    ],
    [
      'as banks cut it',
      best('RGINV 2026 0000 1 DANKE', 1_190n),
      [100, 'reference', ['inv_INV-2026-00001', 1_190n]],
    ],
    [
      'two by one transfer',
      best('inv-2026-00001, inv-2026-00002', 3_570n),
      [
        ...[100, 'references'],
        ...[
          ['inv_INV-2026-00001', 1_190n],
          ['inv_INV-2026-00002', 2_380n],
        ],
      ],
    ],
    ['two of which the sum does not fit', best('INV-2026-00001 INV-2026-00002', 3_000n)?.[0], 60],
    ['a part', best('INV-2026-00002', 2_000n), [80, 'part', ['inv_INV-2026-00002', 2_000n]]],
    ['a fee within the tolerance', best('INV-2026-00002', 2_370n, null, 10n)?.[0], SURE],
    ['a fee above it', best('INV-2026-00002', 2_369n, null, 10n)?.[0], 80],
    ['too much', best('INV-2026-00002', 9_000n), [80, 'over', ['inv_INV-2026-00002', 9_000n]]],
    ['another number that begins alike', best('INV-2026-000123', 7n), undefined],
    ['name and sum', best('Danke', 2_380n, 'MULLER, JORG'), [75, 'name', ['inv_INV-2026-00002', 2_380n]]],
    ['the company’s name', best('Danke', 500n, 'KAI + CO KG')?.[0], 75],
    ['the sum alone', best('Danke', 1_190n, 'Somebody'), [40, 'amount', ['inv_INV-2026-00001', 1_190n]]],
    ['a sum of two', best('Danke', 500n)?.[0], 20],
    [
      'the creditor reference that the payer was told',
      best('RF40 2026 0001 4', 700n),
      [100, 'reference', ['inv_2026-00014', 700n]],
    ],
    ['nothing', best('Danke', 3n), undefined],
    ['what went out', best('INV-2026-00001', -1_190n), undefined],
  ]
  for (const [why, got, wanted] of cases) test(why, () => assert.deepEqual(got, wanted))

  test('only number and whole sum are beyond doubt, and parts are always the whole line', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('INV-2026-00001', 'INV-2026-00012', 'x', '77', 'INV-2026-0000')),
        fc.bigInt({ min: 1n, max: 6_000n }),
        fc.constantFrom('Ada Quay', 'Bo Moor', null),
        (words, amountMinor, name) => {
          const text = words.join(' ')
          for (const { confidence, parts } of matchLine({ text, amountMinor, name }, index, 0n)) {
            assert.equal(
              parts.reduce((sum, part) => sum + part.amountMinor, 0n),
              amountMinor,
            )
            if (confidence < SURE) continue
            const named = namedIn(text, index)
            assert.ok(named.length > 0)
            assert.equal(
              named.reduce((sum, { openMinor }) => sum + openMinor, 0n),
              amountMinor,
            )
          }
        },
      ),
    )
  })
})

describe('a number in the words of a payer', () => {
  /** Number, what the bank tells, and whether it is named there. */
  const texts: readonly (readonly [string, string, boolean])[] = [
    ['INV-2026-000123', 'INV-2026-000123', true],
    ['INV-2026-000123', 'Rechnung inv 2026 000123 vielen Dank', true],
    ['INV-2026-000123', 'SVWZ+INV2026000123EREF+NOTPROVIDED', true],
    ['INV-2026-000123', 'INV-2026-00012', false],
    ['INV-2026-000123', 'INV-2026-0001234', false],
    ['INV-2026-000123', 'INV-2026-000123 2026-11-21', true],
    ['RF98INV2026000123', 'rf98 inv2 0260 0012 3', true],
    ['539007', 'payment 5390071', false],
    ['539007', '1539007', false],
    ['539007', 'no. 539007, thanks', true],
    ['A1', 'A1', false],
  ]
  for (const [number, text, found] of texts)
    test(`"${text}" ${found ? 'names' : 'does not name'} ${number}`, () => {
      const named = namedIn(text, indexDocuments([document(number, 100n)]))
      assert.deepEqual(
        named.map((one) => one.number),
        found ? [number] : [],
      )
    })
})
