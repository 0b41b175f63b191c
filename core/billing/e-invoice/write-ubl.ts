import { toDecimal } from '../../../sdk/index.ts'
import type { EContact, EInvoice, EInvoiceStandard, ELine, EParty } from './model.ts'
import { when, writeXml, type Element, type Node } from './xml.ts'

const SCHEMAS = 'urn:oasis:names:specification:ubl:schema:xsd'
const EN_16931 = 'urn:cen.eu:en16931:2017'
const XRECHNUNG = `${EN_16931}#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0`
/** BT-23: billing. */
const PROCESS = 'urn:fdc:peppol.eu:2017:poacc:billing:01:1.0'
/** One: UN/ECE Recommendation 20. */
const UNIT = 'C62'
const VAT: Element = ['cac:TaxScheme', [['cbc:ID', 'VAT']]]

/** UBL 2.1, as an Invoice or a CreditNote. */
export function writeUbl(invoice: EInvoice, standard: EInvoiceStandard = 'en16931'): string {
  const kind = invoice.typeCode === '381' ? 'CreditNote' : 'Invoice'
  const { currency } = invoice
  const money = moneyOf(currency)
  const silent = isOutOfScope(invoice)
  return writeXml([
    kind,
    [
      ['cbc:CustomizationID', standard === 'xrechnung' ? XRECHNUNG : EN_16931],
      standard === 'xrechnung' && ['cbc:ProfileID', PROCESS],
      ['cbc:ID', invoice.number],
      ['cbc:IssueDate', invoice.issuedOn],
      kind === 'Invoice' && when(invoice.dueOn, (day) => ['cbc:DueDate', day]),
      [`cbc:${kind}TypeCode`, invoice.typeCode],
      when(invoice.notes.join(' '), (text) => ['cbc:Note', text]),
      ['cbc:DocumentCurrencyCode', currency],
      when(invoice.accounting?.currency, (code) => ['cbc:TaxCurrencyCode', code]),
      when(invoice.buyerReference, (text) => ['cbc:BuyerReference', text]),
      when(invoice.preceding, ({ number, issuedOn }) => [
        'cac:BillingReference',
        [
          [
            'cac:InvoiceDocumentReference',
            [
              ['cbc:ID', number],
              ['cbc:IssueDate', issuedOn],
            ],
          ],
        ],
      ]),
      ['cac:AccountingSupplierParty', [party(invoice.seller, silent, invoice.contact)]],
      ['cac:AccountingCustomerParty', [party(invoice.buyer, silent)]],
      when(invoice.iban, (iban) => paymentMeans(iban, currency)),
      taxTotal(invoice),
      when(invoice.accounting, accountingTotal),
      [
        'cac:LegalMonetaryTotal',
        [
          money('cbc:LineExtensionAmount', invoice.sums.linesMinor),
          money('cbc:TaxExclusiveAmount', invoice.sums.netMinor),
          money('cbc:TaxInclusiveAmount', invoice.sums.totalMinor),
          invoice.sums.paidMinor !== 0n && money('cbc:PrepaidAmount', invoice.sums.paidMinor),
          invoice.sums.roundingMinor !== 0n && money('cbc:PayableRoundingAmount', invoice.sums.roundingMinor),
          money('cbc:PayableAmount', invoice.sums.dueMinor),
        ],
      ],
      ...invoice.lines.map((line) => lineOf(line, kind, currency)),
    ],
    {
      xmlns: `${SCHEMAS}:${kind}-2`,
      'xmlns:cac': `${SCHEMAS}:CommonAggregateComponents-2`,
      'xmlns:cbc': `${SCHEMAS}:CommonBasicComponents-2`,
    },
  ])
}

export const isOutOfScope = ({ breakdown }: EInvoice): boolean =>
  breakdown.some(({ category }) => category === 'O')

const moneyOf =
  (currency: string) =>
  (name: string, minor: bigint): Element => [name, toDecimal({ minor, currency }), { currencyID: currency }]

export const percent = (ppm: number): string => String(ppm / 10_000)

/** Where everything is out of scope the ids must be left out. */
function party(of: EParty, silent: boolean, contact?: EContact): Element {
  const [street, more, ...rest] = of.street
  return [
    'cac:Party',
    [
      when(of.electronicAddress, ({ scheme, address }) => ['cbc:EndpointID', address, { schemeID: scheme }]),
      ['cac:PartyName', [['cbc:Name', of.name]]],
      [
        'cac:PostalAddress',
        [
          when(street, (text) => ['cbc:StreetName', text]),
          when(more, (text) => ['cbc:AdditionalStreetName', text]),
          when(of.city, (text) => ['cbc:CityName', text]),
          when(of.postcode, (text) => ['cbc:PostalZone', text]),
          when(of.region, (text) => ['cbc:CountrySubentity', text]),
          when(rest.join(', '), (text) => ['cac:AddressLine', [['cbc:Line', text]]]),
          ['cac:Country', [['cbc:IdentificationCode', of.country]]],
        ],
      ],
      ...(silent ? [] : taxSchemes(of)),
      ['cac:PartyLegalEntity', [['cbc:RegistrationName', of.name]]],
      contactOf(contact ?? { name: '', phone: '', email: of.email ?? '' }),
    ],
  ]
}

function contactOf({ name, phone, email }: EContact): Node {
  const parts = [
    when(name, (text) => ['cbc:Name', text]),
    when(phone, (text) => ['cbc:Telephone', text]),
    when(email, (text) => ['cbc:ElectronicMail', text]),
  ]
  return parts.some(Boolean) && ['cac:Contact', parts]
}

/** Credit transfer: within SEPA for euros. */
const paymentMeans = (iban: string, currency: string): Element => [
  'cac:PaymentMeans',
  [
    ['cbc:PaymentMeansCode', currency === 'EUR' ? '58' : '30'],
    ['cac:PayeeFinancialAccount', [['cbc:ID', iban]]],
  ],
]

function taxSchemes({ vatId, taxId }: EParty): Node[] {
  if (vatId !== null) return [['cac:PartyTaxScheme', [['cbc:CompanyID', vatId], VAT]]]
  return [
    when(taxId, (text) => [
      'cac:PartyTaxScheme',
      [
        ['cbc:CompanyID', text],
        ['cac:TaxScheme', [['cbc:ID', 'TAX']]],
      ],
    ]),
  ]
}

function taxTotal({ breakdown, sums, currency }: EInvoice): Element {
  const money = moneyOf(currency)
  return [
    'cac:TaxTotal',
    [
      money('cbc:TaxAmount', sums.taxMinor),
      ...breakdown.map((group): Element => [
        'cac:TaxSubtotal',
        [
          money('cbc:TaxableAmount', group.baseMinor),
          money('cbc:TaxAmount', group.taxMinor),
          [
            'cac:TaxCategory',
            [
              ['cbc:ID', group.category],
              group.category !== 'O' && ['cbc:Percent', percent(group.ratePpm)],
              when(group.reasonCode, (code) => ['cbc:TaxExemptionReasonCode', code]),
              when(group.reason, (text) => ['cbc:TaxExemptionReason', text]),
              VAT,
            ],
          ],
        ],
      ]),
    ],
  ]
}

/** BT-111: the total alone, without its rates. */
const accountingTotal = ({ currency, taxMinor }: NonNullable<EInvoice['accounting']>): Element => [
  'cac:TaxTotal',
  [moneyOf(currency)('cbc:TaxAmount', taxMinor)],
]

function lineOf(line: ELine, kind: 'Invoice' | 'CreditNote', currency: string): Element {
  const money = moneyOf(currency)
  return [
    `cac:${kind}Line`,
    [
      ['cbc:ID', line.id],
      [
        kind === 'Invoice' ? 'cbc:InvoicedQuantity' : 'cbc:CreditedQuantity',
        String(line.quantity),
        { unitCode: UNIT },
      ],
      money('cbc:LineExtensionAmount', line.netMinor),
      when(line.period, ({ from, to }) => [
        'cac:InvoicePeriod',
        [
          ['cbc:StartDate', from],
          ['cbc:EndDate', to],
        ],
      ]),
      [
        'cac:Item',
        [
          ['cbc:Name', line.name],
          [
            'cac:ClassifiedTaxCategory',
            [
              ['cbc:ID', line.category ?? ''],
              line.category !== 'O' && ['cbc:Percent', percent(line.ratePpm)],
              VAT,
            ],
          ],
        ],
      ],
      [
        'cac:Price',
        [
          money('cbc:PriceAmount', line.priceMinor),
          ['cbc:BaseQuantity', String(line.baseQuantity), { unitCode: UNIT }],
        ],
      ],
    ],
  ]
}
