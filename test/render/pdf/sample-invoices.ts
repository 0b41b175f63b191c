import { isoDate } from '../../../core/kernel/index.ts'
import type { DocumentLine, InvoiceDocument } from '../../../core/render/index.ts'

/** Documents as an area would hand them over, in several scripts and currencies. */
export function sampleInvoice(change: Partial<InvoiceDocument> = {}): InvoiceDocument {
  return {
    number: 'KH-2026-000042',
    kind: 'invoice',
    currency: 'EUR',
    issuedOn: isoDate('2026-01-15'),
    dueOn: isoDate('2026-01-29'),
    seller: {
      name: 'Kontor Hosting GmbH',
      addressLines: ['Hafenstraße 1', '20457 Hamburg', 'Germany'],
      taxId: 'DE123456789',
      email: 'billing@kontor.example',
      legalText: 'Amtsgericht Hamburg, HRB 98765 · Managing director: Ida Brandt',
    },
    buyer: {
      name: 'Ada Quay',
      company: 'Quay & Sons Ltd',
      addressLines: ['Kai 7', '28195 Bremen'],
      country: 'DE',
      taxId: 'DE987654321',
    },
    lines: [
      line({ description: 'Cloud server M, 4 vCPU, 8 GB', unitMinor: 1900n, amountMinor: 1900n }),
      line({ description: 'Additional IPv4 address', quantity: 3, unitMinor: 150n, amountMinor: 450n }),
      line({ description: 'Setup', unitMinor: 900n, amountMinor: 900n, periodStart: null, periodEnd: null }),
      line({
        description: 'Coupon SPRING: 10% off',
        unitMinor: -190n,
        amountMinor: -190n,
        periodStart: null,
      }),
    ],
    taxes: [{ name: 'VAT', ratePpm: 190_000, netMinor: 3060n, taxMinor: 581n }],
    subtotalMinor: 3060n,
    taxMinor: 581n,
    totalMinor: 3641n,
    notes:
      'Thank you for hosting with us. The amount is charged to your Visa card ending in 4242 on the due day.',
    locale: 'en',
    pricesIncludeTax: false,
    payUrl: 'https://kontor.example/pay/inv_01?key=abc',
    ...change,
  }
}

export function line(change: Partial<DocumentLine>): DocumentLine {
  const amount = change.amountMinor ?? 1000n
  return {
    description: 'Web hosting',
    periodStart: isoDate('2026-01-15'),
    periodEnd: isoDate('2026-02-15'),
    quantity: 1,
    unitMinor: amount,
    amountMinor: amount,
    taxRatePpm: 190_000,
    netMinor: amount,
    taxMinor: 0n,
    ...change,
  }
}

export function longInvoice(count: number): InvoiceDocument {
  const lines = Array.from({ length: count }, (_, i) => line({ description: `Server number ${i + 1}` }))
  return sampleInvoice({ lines })
}

export function yenInvoice(): InvoiceDocument {
  return sampleInvoice({
    currency: 'JPY',
    lines: [line({ description: 'Dedicated server', amountMinor: 123_456n, taxRatePpm: 100_000 })],
    taxes: [{ name: 'JCT', ratePpm: 100_000, netMinor: 123_456n, taxMinor: 12_345n }],
    subtotalMinor: 123_456n,
    taxMinor: 12_345n,
    totalMinor: 135_801n,
  })
}

/** Gross prices at two rates, in German. */
export function grossInvoice(): InvoiceDocument {
  return sampleInvoice({
    locale: 'de',
    pricesIncludeTax: true,
    lines: [
      line({ description: 'Webhosting „Größe L“', amountMinor: 11_900n }),
      line({ description: 'Handbuch, gedruckt', amountMinor: 1_070n, taxRatePpm: 70_000, periodStart: null }),
    ],
    taxes: [
      { name: 'USt', ratePpm: 190_000, netMinor: 10_000n, taxMinor: 1_900n },
      { name: 'USt', ratePpm: 70_000, netMinor: 1_000n, taxMinor: 70n },
    ],
    subtotalMinor: 11_000n,
    taxMinor: 1_970n,
    totalMinor: 12_970n,
  })
}

export function creditNote(): InvoiceDocument {
  const { payUrl: _payUrl, notes: _notes, ...rest } = sampleInvoice()
  return { ...rest, kind: 'credit_note', number: 'KH-CN-2026-000003', corrects: 'KH-2026-000042' }
}

export function arabicInvoice(): InvoiceDocument {
  return sampleInvoice({
    locale: 'ar',
    currency: 'KWD',
    seller: {
      name: 'شركة الميناء للاستضافة',
      addressLines: ['شارع الخليج العربي 12', 'مدينة الكويت'],
      taxId: '300012345600003',
      email: 'billing@mina.example',
    },
    buyer: { name: 'ليلى حسن', company: null, addressLines: ['Salmiya, Block 4'], country: 'KW' },
    lines: [
      line({ description: 'خادم سحابي (4 أنوية و 8 GB ذاكرة)', amountMinor: 12_500n, taxRatePpm: 0 }),
      line({ description: 'שרת וירטואלי', amountMinor: 1_234n, taxRatePpm: 0, periodStart: null }),
    ],
    taxes: [],
    subtotalMinor: 13_734n,
    taxMinor: 0n,
    totalMinor: 13_734n,
    notes: 'شكراً لثقتكم بنا. يرجى الدفع قبل تاريخ الاستحقاق.',
  })
}
