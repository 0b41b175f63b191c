import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  buildEInvoice,
  checkEInvoice,
  checkXRechnung,
  computeTax,
  writeCii,
  writeUbl,
  type EDocument,
  type EInvoice,
} from '../../../core/billing/index.ts'
import { isIban } from '../../../core/billing/iban.ts'
import { isoDate } from '../../../core/kernel/index.ts'

/** A document that breaks no rule: 10.00 × 3 and −3.00 at 19 %, 5.55 at 7 %. */
const sound: EInvoice = {
  ...{ typeCode: '380', number: 'INV-1', issuedOn: isoDate('2026-01-15'), dueOn: isoDate('2026-01-29') },
  ...{ currency: 'EUR', buyerReference: '04011000-12345-34', notes: [], preceding: null, accounting: null },
  seller: party('DE', 'DE123456788'),
  ...{
    contact: { name: 'A. Quay', phone: '+49 30 1234', email: 'a@firma.test' },
    iban: 'DE75512108001245126199',
  },
  buyer: party('FR', 'FR11123456782'),
  lines: [
    line('1', [3, 3000n], ['S', 190_000]),
    line('2', [-1, -300n], ['S', 190_000]),
    line('3', [1, 555n], ['S', 70_000]),
  ],
  breakdown: [
    { category: 'S', ratePpm: 190_000, baseMinor: 2700n, taxMinor: 513n, reason: null, reasonCode: null },
    { category: 'S', ratePpm: 70_000, baseMinor: 555n, taxMinor: 39n, reason: null, reasonCode: null },
  ],
  sums: {
    ...{ linesMinor: 3255n, netMinor: 3255n, taxMinor: 552n },
    ...{ totalMinor: 3807n, paidMinor: 1000n, roundingMinor: 0n, dueMinor: 2807n },
  },
}

function party(country: string, vatId: string | null): EInvoice['seller'] {
  const address = { street: ['Kai 7'], city: 'Ort', postcode: '1', region: null, country }
  return { name: 'Firma', ...address, vatId, taxId: null, email: null, electronicAddress: null }
}

type Category = EInvoice['lines'][number]['category']

function line(
  id: string,
  [quantity, netMinor]: [quantity: number, netMinor: bigint],
  [category, ratePpm]: [category: Category, ratePpm: number],
): EInvoice['lines'][number] {
  const priceMinor = netMinor < 0n ? -netMinor : netMinor
  const base = { priceMinor, baseQuantity: Math.abs(quantity) }
  return { id, name: 'Hosting', quantity, netMinor, ...base, category, ratePpm, period: null }
}

/** The sound document with another category for all of it. */
const untaxed = (category: 'AE' | 'G' | 'E' | 'O' | 'Z', over: Partial<EInvoice> = {}): EInvoice => ({
  ...sound,
  lines: [line('1', [1, 1000n], [category, 0])],
  breakdown: [{ category, ratePpm: 0, baseMinor: 1000n, taxMinor: 0n, reason: 'Reason', reasonCode: null }],
  sums: {
    linesMinor: 1000n,
    netMinor: 1000n,
    taxMinor: 0n,
    totalMinor: 1000n,
    paidMinor: 0n,
    roundingMinor: 0n,
    dueMinor: 1000n,
  },
  ...over,
})
const sums = (over: Partial<EInvoice['sums']>): EInvoice => ({ ...sound, sums: { ...sound.sums, ...over } })
const group = (over: Partial<EInvoice['breakdown'][number]>, of = sound): EInvoice => ({
  ...of,
  breakdown: of.breakdown.map((one, i) => (i === 0 ? { ...one, ...over } : one)),
})
const first = (over: Partial<EInvoice['lines'][number]>): EInvoice => ({
  ...sound,
  lines: sound.lines.map((one, i) => (i === 0 ? { ...one, ...over } : one)),
})

/** Each breaks its rule; further rules may fall with it. */
const broken: readonly [rule: string, field: string, invoice: EInvoice][] = [
  ['BR-02', 'number', { ...sound, number: '' }],
  ['BR-06', 'seller.name', { ...sound, seller: { ...sound.seller, name: '' } }],
  ['BR-07', 'buyer.name', { ...sound, buyer: { ...sound.buyer, name: '' } }],
  ['BR-08', 'seller.address', { ...sound, seller: { ...sound.seller, city: '', street: [] } }],
  ['BR-10', 'buyer.address', { ...sound, buyer: { ...sound.buyer, city: '', street: [] } }],
  ['BR-11', 'buyer.country', { ...sound, buyer: { ...sound.buyer, country: '' } }],
  ['BR-16', 'lines', { ...sound, lines: [] }],
  ['BR-22', 'lines.1.quantity', first({ quantity: 0 })],
  ['BR-25', 'lines.1.description', first({ name: '' })],
  ['BR-27', 'lines.1.unit', first({ priceMinor: -1n })],
  ['BT-131', 'lines.1.net', first({ priceMinor: 2999n })],
  ['BR-30', 'lines.1.period', first({ period: { from: isoDate('2026-02-01'), to: isoDate('2026-01-01') } })],
  ['BR-CO-04', 'lines.1.tax', first({ category: null })],
  ['BR-CO-09', 'buyer.tax_id', { ...sound, buyer: party('FR', 'DE123456788') }],
  ['BR-CO-10', 'subtotal', sums({ linesMinor: 3254n })],
  ['BR-CO-13', 'subtotal', sums({ netMinor: 3254n })],
  ['BR-CO-14', 'tax', sums({ taxMinor: 551n })],
  ['BR-CO-15', 'total', sums({ totalMinor: 3808n })],
  ['BR-CO-16', 'due', sums({ dueMinor: 2808n })],
  ['BR-CO-16', 'due', sums({ roundingMinor: 1n })],
  ['BR-CO-17', 'tax', group({ taxMinor: 515n })],
  ['BR-CO-18', 'tax', { ...sound, breakdown: [] }],
  ['BR-CO-25', 'due_on', { ...sound, dueOn: null }],
  ['BR-CO-26', 'seller.tax_id', { ...sound, seller: party('DE', null) }],
  ['BR-DEC-14', 'currency', { ...sound, currency: 'KWD' }],
  ['BR-DEC-15', 'accounting_currency', { ...sound, accounting: { currency: 'KWD', taxMinor: 1n } }],
  ['BR-S-02', 'seller.tax_id', { ...sound, seller: party('DE', null) }],
  ['BR-S-05', 'tax', group({ ratePpm: 0, taxMinor: 0n })],
  ['BR-S-08', 'tax', group({ baseMinor: 2699n })],
  ['BR-AE-02', 'seller.tax_id', untaxed('AE', { seller: party('DE', null) })],
  ['BR-AE-02', 'buyer.tax_id', untaxed('AE', { buyer: party('FR', null) })],
  ['BR-AE-05', 'tax', group({ ratePpm: 10_000 }, untaxed('AE'))],
  ['BR-AE-08', 'tax', group({ baseMinor: 1n }, untaxed('AE'))],
  ['BR-AE-09', 'tax', group({ taxMinor: 2n }, untaxed('AE'))],
  ['BR-AE-10', 'tax', group({ reason: null }, untaxed('AE'))],
  ['BR-E-10', 'tax', group({ reason: null }, untaxed('E'))],
  ['BR-G-02', 'seller.tax_id', untaxed('G', { seller: { ...party('DE', null), taxId: '12/345' } })],
  ['BR-G-10', 'tax', group({ reason: null }, untaxed('G'))],
  ['BR-O-11', 'tax', { ...sound, breakdown: [...sound.breakdown, ...untaxed('O').breakdown] }],
]

describe('the rules of EN 16931', () => {
  test('a sound document breaks none, of any category', () => {
    assert.deepEqual(checkEInvoice(sound), [])
    for (const category of ['AE', 'G', 'E', 'O', 'Z'] as const)
      assert.deepEqual(checkEInvoice(untaxed(category)), [], category)
  })
  for (const [rule, field, invoice] of broken)
    test(`${rule} names ${field}`, () => {
      const found = checkEInvoice(invoice).map((one) => `${one.rule} ${one.field}`)
      assert.ok(found.includes(`${rule} ${field}`), found.join(', '))
    })
})

/** What it lacks for Germany: addresses that are no letter boxes. */
const german: EInvoice = {
  ...sound,
  seller: { ...sound.seller, electronicAddress: { scheme: '9930', address: 'DE123456788' } },
  buyer: { ...sound.buyer, electronicAddress: { scheme: '0204', address: '04011000-12345-34' } },
}
const contact = (over: Partial<EInvoice['contact']>) => ({
  ...german,
  contact: { ...german.contact, ...over },
})
const of = (who: 'seller' | 'buyer', over: Partial<EInvoice['seller']>): EInvoice => ({
  ...german,
  [who]: { ...german[who], ...over },
})

describe('what XRechnung asks for beyond', () => {
  const broken: readonly [rule: string, field: string, invoice: EInvoice][] = [
    ['BR-DE-1', 'seller.iban', { ...german, iban: null }],
    ['BR-DE-3', 'seller.city', of('seller', { city: '' })],
    ['BR-DE-4', 'seller.postcode', of('seller', { postcode: '' })],
    ['BR-DE-5', 'seller.contact', contact({ name: '' })],
    ['BR-DE-6', 'seller.phone', contact({ phone: '' })],
    ['BR-DE-7', 'seller.email', contact({ email: '' })],
    ['BR-DE-8', 'buyer.city', of('buyer', { city: '' })],
    ['BR-DE-9', 'buyer.postcode', of('buyer', { postcode: '' })],
    ['BR-DE-14', 'tax', { ...german, ...untaxed('O') }],
    ['BR-DE-15', 'buyer.reference', { ...german, buyerReference: null }],
    ['BR-DE-19', 'seller.iban', { ...german, iban: 'DE75512108001245126198' }],
    ['BR-DE-27', 'seller.phone', contact({ phone: 'call us' })],
    ['PEPPOL-EN16931-R010', 'buyer.electronic_address', of('buyer', { electronicAddress: null })],
    ['PEPPOL-EN16931-R020', 'seller.electronic_address', of('seller', { electronicAddress: null })],
    ['BR-CO-16', 'due', { ...german, sums: { ...german.sums, dueMinor: 1n } }],
  ]
  test('a sound document breaks none of it, and the norm asks for none of it', () => {
    assert.deepEqual(checkXRechnung(german), [])
    for (const [rule, , invoice] of broken.filter(([rule]) => !rule.startsWith('BR-CO')))
      assert.deepEqual(checkEInvoice(invoice), [], rule)
  })
  for (const [rule, field, invoice] of broken)
    test(`${rule} names ${field}`, () => {
      const found = checkXRechnung(invoice).map((one) => `${one.rule} ${one.field}`)
      assert.ok(found.includes(`${rule} ${field}`), found.join(', '))
    })

  test('the file names its standard and process, whom to ask and where to pay, in their order', () => {
    const xml = writeUbl(german, 'xrechnung')
    const parts = [
      '<cbc:CustomizationID>urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0</cbc:CustomizationID>',
      '<cbc:ProfileID>urn:fdc:peppol.eu:2017:poacc:billing:01:1.0</cbc:ProfileID>',
      '<cbc:BuyerReference>04011000-12345-34</cbc:BuyerReference>',
      '<cbc:EndpointID schemeID="9930">DE123456788</cbc:EndpointID>',
      '<cbc:Name>A. Quay</cbc:Name>',
      '<cbc:Telephone>+49 30 1234</cbc:Telephone>',
      '<cbc:ElectronicMail>a@firma.test</cbc:ElectronicMail>',
      '<cbc:EndpointID schemeID="0204">04011000-12345-34</cbc:EndpointID>',
      '<cbc:PaymentMeansCode>58</cbc:PaymentMeansCode>',
      '<cbc:ID>DE75512108001245126199</cbc:ID>',
      '<cac:TaxTotal>',
    ]
    const places = parts.map((part) => xml.indexOf(part))
    assert.ok(!places.includes(-1), parts[places.indexOf(-1)])
    assert.deepEqual(
      places,
      [...places].sort((a, b) => a - b),
    )
    assert.match(writeUbl({ ...german, currency: 'SEK' }, 'xrechnung'), /PaymentMeansCode>30</)
  })
})

test('an IBAN is one by its check digits', () => {
  for (const good of ['DE75512108001245126199', 'GB33BUKB20201555555555', 'DE75 5121 0800 1245 1261 99'])
    assert.equal(isIban(good), true, good)
  for (const bad of ['', 'DE75512108001245126190', '75512108001245126199', 'DE7'])
    assert.equal(isIban(bad), false, bad)
})

test('UBL: the totals, each line and the ids, in the order of the schema', () => {
  const xml = writeUbl(sound)
  for (const part of [
    '<cbc:CustomizationID>urn:cen.eu:en16931:2017</cbc:CustomizationID>',
    '<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>',
    '<cbc:BuyerReference>04011000-12345-34</cbc:BuyerReference>',
    '<cbc:CompanyID>DE123456788</cbc:CompanyID>',
    '<cbc:LineExtensionAmount currencyID="EUR">32.55</cbc:LineExtensionAmount>',
    '<cbc:TaxInclusiveAmount currencyID="EUR">38.07</cbc:TaxInclusiveAmount>',
    '<cbc:PrepaidAmount currencyID="EUR">10.00</cbc:PrepaidAmount>',
    '<cbc:PayableAmount currencyID="EUR">28.07</cbc:PayableAmount>',
    '<cbc:InvoicedQuantity unitCode="C62">-1</cbc:InvoicedQuantity>',
    '<cbc:PriceAmount currencyID="EUR">3.00</cbc:PriceAmount>',
  ])
    assert.ok(xml.includes(part), part)
  const order = ['cbc:ID', 'cbc:IssueDate', 'cbc:DueDate', 'cac:AccountingSupplierParty', 'cac:TaxTotal']
  const places = [...order, 'cac:LegalMonetaryTotal', 'cac:InvoiceLine'].map((name) =>
    xml.indexOf(`<${name}>`),
  )
  assert.deepEqual(
    places,
    [...places].sort((a, b) => a - b),
  )
  assert.ok(!/<[\w:]+><\//.test(xml), 'no element is empty')
})

test('what people type cannot break out of its element', () => {
  const evil = { ...sound, buyer: { ...sound.buyer, name: 'A & B <script> "x"\u0001' } }
  for (const xml of [writeUbl(evil), writeCii(evil)]) {
    assert.ok(xml.includes('A &amp; B &lt;script&gt; &quot;x&quot;'))
    assert.ok(!xml.includes('\u0001'))
  }
})

test('out of scope neither id stands in the file', () => {
  for (const xml of [writeUbl(untaxed('O')), writeCii(untaxed('O'))]) {
    assert.ok(!xml.includes('DE123456788') && !xml.includes('FR11123456782'))
    assert.ok(!xml.includes('Percent'))
  }
})

test('whatever is sold net or gross, the document that tax makes of it breaks no rule of arithmetic', () => {
  const rate = fc.constantFrom(190_000, 70_000, 255_000)
  const item = fc.record({
    amount: fc.bigInt({ min: 1n, max: 10n ** 7n }),
    rate,
    quantity: fc.integer({ min: 1, max: 50 }),
  })
  fc.assert(
    fc.property(
      fc.array(item, { minLength: 1, maxLength: 12 }),
      fc.boolean(),
      fc.boolean(),
      (items, inclusive, isNote) => {
        const sign = isNote ? -1n : 1n
        const taxed = computeTax(
          items.map(({ amount, rate: ratePpm }) => ({
            amountMinor: sign * amount,
            taxes: [{ name: 'VAT', ratePpm }],
          })),
          inclusive,
        )
        const document = {
          ...{
            kind: isNote ? 'credit_note' : 'invoice',
            number: 'X-1',
            issued_on: '2026-01-15',
            due_on: '2026-01-20',
          },
          ...{
            currency: 'EUR',
            notes: null,
            tax_notes: null,
            accounting_tax: null,
            subtotal_minor: taxed.netMinor,
            tax_minor: taxed.taxMinor,
          },
          total_minor: taxed.netMinor + taxed.taxMinor,
          seller: JSON.stringify({
            name: 'S',
            country: 'DE',
            tax_id: 'DE123456788',
            address: { lines: ['A'], city: 'H' },
          }),
          buyer: JSON.stringify({ name: 'B', country: 'DE', city: 'H', address_1: 'B' }),
          lines: items.map(({ rate: ratePpm, quantity }, i) => ({
            ...{
              position: i + 1,
              description: 'D',
              quantity,
              trace: '{}',
              tax_name: 'VAT',
              tax_rate_ppm: ratePpm,
            },
            ...{ net_minor: taxed.lines[i]!.netMinor, tax_minor: taxed.lines[i]!.taxMinor },
          })),
          taxes: taxed.groups.map(({ name, ratePpm }) => ({
            tax_name: name,
            rate_ppm: ratePpm,
            treatment: 'standard',
          })),
        } as unknown as EDocument
        assert.deepEqual(checkEInvoice(buildEInvoice(document)), [])
      },
    ),
  )
})
