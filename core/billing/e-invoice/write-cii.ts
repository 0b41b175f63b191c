import { toDecimal } from '../../../sdk/index.ts'
import type { EInvoice, ELine, EParty } from './model.ts'
import { isOutOfScope, percent } from './write-ubl.ts'
import { when, writeXml, type Element, type Node } from './xml.ts'

const NAMES = 'urn:un:unece:uncefact:data:standard'
const EN_16931 = 'urn:cen.eu:en16931:2017'
const UNIT = 'C62'

/** UN/CEFACT CII in the profile EN 16931 of Factur-X: the file that is embedded in the PDF. */
export function writeCii(invoice: EInvoice): string {
  const { currency, lines } = invoice
  return writeXml([
    'rsm:CrossIndustryInvoice',
    [
      [
        'rsm:ExchangedDocumentContext',
        [['ram:GuidelineSpecifiedDocumentContextParameter', [['ram:ID', EN_16931]]]],
      ],
      [
        'rsm:ExchangedDocument',
        [
          ['ram:ID', invoice.number],
          ['ram:TypeCode', invoice.typeCode],
          ['ram:IssueDateTime', [day(invoice.issuedOn)]],
          ...invoice.notes.map((text): Element => ['ram:IncludedNote', [['ram:Content', text]]]),
        ],
      ],
      [
        'rsm:SupplyChainTradeTransaction',
        [
          ...lines.map((line) => lineOf(line, currency)),
          agreement(invoice),
          ['ram:ApplicableHeaderTradeDelivery', ''],
          settlement(invoice),
        ],
      ],
    ],
    {
      'xmlns:rsm': `${NAMES}:CrossIndustryInvoice:100`,
      'xmlns:ram': `${NAMES}:ReusableAggregateBusinessInformationEntity:100`,
      'xmlns:udt': `${NAMES}:UnqualifiedDataType:100`,
      'xmlns:qdt': `${NAMES}:QualifiedDataType:100`,
    },
  ])
}

const day = (text: string): Element => ['udt:DateTimeString', text.replaceAll('-', ''), { format: '102' }]

function lineOf(line: ELine, currency: string): Element {
  const amount = (minor: bigint) => toDecimal({ minor, currency })
  return [
    'ram:IncludedSupplyChainTradeLineItem',
    [
      ['ram:AssociatedDocumentLineDocument', [['ram:LineID', line.id]]],
      ['ram:SpecifiedTradeProduct', [['ram:Name', line.name]]],
      [
        'ram:SpecifiedLineTradeAgreement',
        [
          [
            'ram:NetPriceProductTradePrice',
            [
              ['ram:ChargeAmount', amount(line.priceMinor)],
              ['ram:BasisQuantity', String(line.baseQuantity), { unitCode: UNIT }],
            ],
          ],
        ],
      ],
      ['ram:SpecifiedLineTradeDelivery', [['ram:BilledQuantity', String(line.quantity), { unitCode: UNIT }]]],
      [
        'ram:SpecifiedLineTradeSettlement',
        [
          [
            'ram:ApplicableTradeTax',
            [
              ['ram:TypeCode', 'VAT'],
              ['ram:CategoryCode', line.category ?? ''],
              line.category !== 'O' && ['ram:RateApplicablePercent', percent(line.ratePpm)],
            ],
          ],
          when(line.period, ({ from, to }) => [
            'ram:BillingSpecifiedPeriod',
            [
              ['ram:StartDateTime', [day(from)]],
              ['ram:EndDateTime', [day(to)]],
            ],
          ]),
          [
            'ram:SpecifiedTradeSettlementLineMonetarySummation',
            [['ram:LineTotalAmount', amount(line.netMinor)]],
          ],
        ],
      ],
    ],
  ]
}

function agreement(invoice: EInvoice): Element {
  const silent = isOutOfScope(invoice)
  return [
    'ram:ApplicableHeaderTradeAgreement',
    [
      when(invoice.buyerReference, (text) => ['ram:BuyerReference', text]),
      ['ram:SellerTradeParty', party(invoice.seller, silent)],
      ['ram:BuyerTradeParty', party(invoice.buyer, silent)],
    ],
  ]
}

function party(of: EParty, silent: boolean): Node[] {
  const [one, two, ...rest] = of.street
  const registration = (id: string, schemeID: string): Element => [
    'ram:SpecifiedTaxRegistration',
    [['ram:ID', id, { schemeID }]],
  ]
  return [
    ['ram:Name', of.name],
    [
      'ram:PostalTradeAddress',
      [
        when(of.postcode, (text) => ['ram:PostcodeCode', text]),
        when(one, (text) => ['ram:LineOne', text]),
        when(two, (text) => ['ram:LineTwo', text]),
        when(rest.join(', '), (text) => ['ram:LineThree', text]),
        when(of.city, (text) => ['ram:CityName', text]),
        ['ram:CountryID', of.country],
        when(of.region, (text) => ['ram:CountrySubDivisionName', text]),
      ],
    ],
    when(of.electronicAddress, ({ scheme, address }) => [
      'ram:URIUniversalCommunication',
      [['ram:URIID', address, { schemeID: scheme }]],
    ]),
    !silent && when(of.vatId, (id) => registration(id, 'VA')),
    !silent && when(of.taxId, (id) => registration(id, 'FC')),
  ]
}

function settlement({ currency, breakdown, sums, dueOn, preceding, accounting }: EInvoice): Element {
  const amount = (minor: bigint) => toDecimal({ minor, currency })
  return [
    'ram:ApplicableHeaderTradeSettlement',
    [
      when(accounting?.currency, (code) => ['ram:TaxCurrencyCode', code]),
      ['ram:InvoiceCurrencyCode', currency],
      ...breakdown.map((group): Element => [
        'ram:ApplicableTradeTax',
        [
          ['ram:CalculatedAmount', amount(group.taxMinor)],
          ['ram:TypeCode', 'VAT'],
          when(group.reason, (text) => ['ram:ExemptionReason', text]),
          ['ram:BasisAmount', amount(group.baseMinor)],
          ['ram:CategoryCode', group.category],
          when(group.reasonCode, (code) => ['ram:ExemptionReasonCode', code]),
          group.category !== 'O' && ['ram:RateApplicablePercent', percent(group.ratePpm)],
        ],
      ]),
      when(dueOn, (text) => ['ram:SpecifiedTradePaymentTerms', [['ram:DueDateDateTime', [day(text)]]]]),
      [
        'ram:SpecifiedTradeSettlementHeaderMonetarySummation',
        [
          ['ram:LineTotalAmount', amount(sums.linesMinor)],
          ['ram:TaxBasisTotalAmount', amount(sums.netMinor)],
          ['ram:TaxTotalAmount', amount(sums.taxMinor), { currencyID: currency }],
          when(accounting, ({ currency: currencyID, taxMinor: minor }) => [
            'ram:TaxTotalAmount',
            toDecimal({ minor, currency: currencyID }),
            { currencyID },
          ]),
          sums.roundingMinor !== 0n && ['ram:RoundingAmount', amount(sums.roundingMinor)],
          ['ram:GrandTotalAmount', amount(sums.totalMinor)],
          sums.paidMinor !== 0n && ['ram:TotalPrepaidAmount', amount(sums.paidMinor)],
          ['ram:DuePayableAmount', amount(sums.dueMinor)],
        ],
      ],
      when(preceding, ({ number }) => ['ram:InvoiceReferencedDocument', [['ram:IssuerAssignedID', number]]]),
    ],
  ]
}
