import { createRequire } from 'node:module'
import PDFDocument from 'pdfkit'
import { words } from '../../core/app/wire/words.ts'
import { renderInvoicePdf } from '../../core/render/pdf/index.ts'
import { sampleInvoice } from '../../test/render/pdf/sample-invoices.ts'
import { costOf } from '../billing/cpu.ts'
import { median, report, type Judged } from '../figure.ts'
import { scaled } from '../scale.ts'

const DOCUMENTS = 100
const ROUNDS = 5
const FONT = createRequire(import.meta.url).resolve('dejavu-fonts-ttf/ttf/DejaVuSansCondensed.ttf')

/**
 * Whole invoices a CPU-second beside a bare page of the PDF library: one line of text in one font that is embedded, as an
 * invoice has to. A page without a font of its own is measured beside it, for what embedding alone costs.
 */
export async function benchInvoicePdf(): Promise<Judged[]> {
  const count = scaled(DOCUMENTS)
  const t = words().translator('en')
  const draws = {
    ours: async () => void (await renderInvoicePdf(sampleInvoice(), { t, onMissing: () => undefined })),
    bare: () => page(FONT),
    plain: () => page(null),
  }
  const rates: Record<keyof typeof draws, number[]> = { ours: [], bare: [], plain: [] }
  for (const draw of Object.values(draws)) await draw()
  for (let round = 0; round < ROUNDS; round++)
    for (const name of ['plain', 'bare', 'ours'] as const) rates[name].push(await rateOf(draws[name], count))
  const [value, baseline, plain] = [median(rates.ours), median(rates.bare), median(rates.plain)]
  const unit = 'documents/CPU-s'
  return [
    report({ name: 'invoice_pdf_over_plain', value, unit, baseline: plain, ratio: value / plain }),
    report({
      name: 'invoice_pdf',
      value,
      unit,
      baseline,
      ratio: value / baseline,
      bar: { of: 'ratio', least: 0.3 },
    }),
  ]
}

async function rateOf(draw: () => Promise<void>, count: number): Promise<number> {
  const { cpuSeconds } = await costOf(async () => {
    for (let i = 0; i < count; i++) await draw()
  })
  return count / cpuSeconds
}

function page(font: string | null): Promise<void> {
  return new Promise((done) => {
    const sheet = new PDFDocument({ size: 'A4' })
    sheet.on('data', () => undefined)
    sheet.on('end', done)
    if (font) sheet.font(font)
    sheet.text('Invoice INV-2026-00001 of Quay Hosting over 11.90 EUR')
    sheet.end()
  })
}
