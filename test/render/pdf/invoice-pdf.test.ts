import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { createMessages } from '../../../core/i18n/index.ts'
import {
  PLAIN_STYLE,
  renderInvoicePdf,
  type InvoiceDocument,
  type RenderOptions,
} from '../../../core/render/index.ts'
import { linesOf, readPdf } from './read-pdf.ts'
import {
  arabicInvoice,
  creditNote,
  grossInvoice,
  line,
  longInvoice,
  sampleInvoice,
  yenInvoice,
} from './sample-invoices.ts'

const messages = createMessages({ folder: join(import.meta.dirname, '../../../locales'), strict: true })

function render(doc: InvoiceDocument, options: Partial<RenderOptions> = {}): Promise<Buffer> {
  const onMissing = (characters: string) => assert.fail(`no glyph for "${characters}"`)
  return renderInvoicePdf(doc, { t: messages.translator(doc.locale), onMissing, ...options })
}

describe('an invoice', () => {
  test('says who bills whom, what and how much', async () => {
    const [page, ...more] = readPdf(await render(sampleInvoice())).pages
    assert.equal(more.length, 0)
    assert.deepEqual(linesOf(page!), [
      'Kontor Hosting GmbH',
      'Invoice',
      'Hafenstraße 1',
      'KH-2026-000042',
      '20457 Hamburg',
      'Germany',
      'Billed to',
      'Invoice number KH-2026-000042',
      'Quay & Sons Ltd',
      'Date of issue 15 Jan 2026',
      'Ada Quay',
      'Due on 29 Jan 2026',
      'Kai 7',
      'Our VAT ID DE123456789',
      '28195 Bremen',
      'Germany',
      'VAT ID DE987654321',
      '€36.41 due on 29 Jan 2026',
      'Pay online',
      'Description Quantity Unit price Tax Amount',
      'Cloud server M, 4 vCPU, 8 GB 1 €19.00 19% €19.00',
      '15 Jan 2026 – 14 Feb 2026',
      'Additional IPv4 address 3 €1.50 19% €4.50',
      '15 Jan 2026 – 14 Feb 2026',
      'Setup 1 €9.00 19% €9.00',
      'Coupon SPRING: 10% off 1 −€1.90 19% −€1.90',
      'Subtotal €30.60',
      'VAT 19% on €30.60 €5.81',
      'Total €36.41',
      'Thank you for hosting with us. The amount is charged to your Visa card ending in 4242 on the due day.',
      'Kontor Hosting GmbH  ·  VAT ID DE123456789  ·  billing@kontor.example Page 1 of 1',
      'Amtsgericht Hamburg, HRB 98765 · Managing director: Ida Brandt',
    ])
  })

  test('has the same bytes each time, and others when a word differs', async () => {
    const first = await render(sampleInvoice())
    assert.ok(first.equals(await render(sampleInvoice())))
    assert.ok(!first.equals(await render(sampleInvoice({ notes: 'Another note.' }))))
  })

  test('is tagged, titled, in its language, and links to the payment', async () => {
    const { source } = readPdf(await render(sampleInvoice()))
    assert.match(source, /\/Marked true/)
    assert.match(source, /\/Lang \(en\)/)
    assert.match(source, /\/Title \d+ 0 R/)
    assert.match(source, /\(Invoice KH-2026-000042\)/)
    assert.match(source, /\/DisplayDocTitle true/)
    assert.match(source, /\/S \/Table/)
    assert.match(source, /\/URI \(https:\/\/kontor\.example\/pay\/inv_01\?key=abc\)/)
    assert.match(source, /\/FontFile2/)
  })

  test('comes on A4 or on Letter', async () => {
    assert.match(readPdf(await render(sampleInvoice())).source, /\/MediaBox \[0 0 595\.28 841\.89\]/)
    const letter = await render(sampleInvoice(), { style: { ...PLAIN_STYLE, paper: 'LETTER' } })
    assert.match(readPdf(letter).source, /\/MediaBox \[0 0 612 792\]/)
  })

  test('of 60 lines repeats the head of the table on each of its pages and loses no line', async () => {
    const pages = readPdf(await render(longInvoice(60))).pages.map(linesOf)
    assert.equal(pages.length, 4)
    pages.forEach((lines, i) => {
      assert.equal(lines.filter((text) => text.endsWith(`Page ${i + 1} of 4`)).length, 1)
      const heads = lines.filter((text) => text.startsWith('Description Quantity'))
      assert.equal(heads.length, lines.some((text) => text.startsWith('Server number')) ? 1 : 0)
    })
    const servers = pages.flat().flatMap((text) => /^Server number (\d+) /.exec(text)?.[1] ?? [])
    assert.deepEqual(
      servers,
      Array.from({ length: 60 }, (_, i) => String(i + 1)),
    )
  })

  test('goes on over the page in a description longer than one', async () => {
    const description = Array.from({ length: 150 }, (_, i) => `Item ${i + 1}`).join('\n')
    const pages = readPdf(await render(sampleInvoice({ lines: [line({ description })] }))).pages.map(linesOf)
    const items = pages.flat().flatMap((text) => /^Item (\d+)/.exec(text)?.[1] ?? [])
    assert.equal(items.length, 150)
    assert.ok(pages.length >= 3)
  })

  test('marks what no font can draw and reports it', async () => {
    const missing: string[] = []
    const doc = sampleInvoice({ lines: [line({ description: 'Server 東京' })] })
    const pdf = await render(doc, { onMissing: (characters) => missing.push(characters) })
    assert.deepEqual([...new Set(missing)], ['東京'])
    assert.ok(linesOf(readPdf(pdf).pages[0]!).some((text) => text.startsWith('Server \ufffd\ufffd 1 ')))
  })
})

describe('amounts', () => {
  test('without decimals', async () => {
    const lines = linesOf(readPdf(await render(yenInvoice())).pages[0]!)
    assert.ok(lines.includes('Dedicated server 1 ¥123,456 10% ¥123,456'))
    assert.ok(lines.includes('Total ¥135,801'))
  })

  test('with three decimals', async () => {
    const doc = sampleInvoice({ currency: 'KWD', totalMinor: 13_734n })
    const lines = linesOf(readPdf(await render(doc)).pages[0]!)
    assert.ok(lines.includes('Total KWD\u00a013.734'))
  })

  test('gross, at two rates, tell the tax in them', async () => {
    const lines = linesOf(readPdf(await render(grossInvoice())).pages[0]!)
    const from = lines.findIndex((text) => text.startsWith('Gesamtbetrag'))
    assert.deepEqual(lines.slice(from, from + 6), [
      'Gesamtbetrag 129,70\u00a0€',
      'Nettobetrag 110,00\u00a0€',
      'darin Steuer 19,70\u00a0€',
      'Steuer Satz Netto Steuerbetrag Brutto',
      'USt 19\u00a0% 100,00\u00a0€ 19,00\u00a0€ 119,00\u00a0€',
      'USt 7\u00a0% 10,00\u00a0€ 0,70\u00a0€ 10,70\u00a0€',
    ])
  })

  test('that are rounded to a coin say so before the total, net or gross', async () => {
    const rounded = (doc: InvoiceDocument): InvoiceDocument => ({ ...doc, totalMinor: doc.totalMinor - 1n })
    for (const [doc, rounding, total] of [
      [sampleInvoice(), 'Rounding −€0.01', 'Total €36.40'],
      [grossInvoice(), 'Rundung −0,01\u00a0€', 'Gesamtbetrag 129,69\u00a0€'],
    ] as const) {
      const lines = linesOf(readPdf(await render(rounded(doc))).pages[0]!)
      const at = lines.findIndex((line) => /^R(ounding|undung) /.test(line))
      assert.deepEqual(lines.slice(at, at + 2), [rounding, total])
      assert.ok(!linesOf(readPdf(await render(doc)).pages[0]!).includes(rounding))
    }
  })

  test('of a credit note are credited, not due', async () => {
    const lines = linesOf(readPdf(await render(creditNote())).pages[0]!)
    assert.ok(lines.includes('€36.41 credited'))
    assert.ok(lines.some((text) => text.includes('Corrects invoice KH-2026-000042')))
    assert.ok(!lines.some((text) => text.includes('Due on') || text.includes('Pay online')))
  })
})

test('Arabic stands from right to left, with its numbers and brackets the right way', async () => {
  const [page] = readPdf(await render(arabicInvoice())).pages
  const find = (text: string) => page!.find((piece) => piece.text.trim() === text)!
  const visual = (logical: string) => [...logical].reverse().join('')
  const server = page!.find(({ text }) => text.endsWith(visual('خادم سحابي')))
  assert.ok(server, 'the words stand in visual order, the first one at the right end')
  const row = page!.filter(({ y }) => Math.round(y) === Math.round(server.y))
  const order = row
    .sort((a, b) => b.x - a.x)
    .map(({ text }) => text.trim())
    .filter(Boolean)
  assert.deepEqual(order.slice(0, 5), [visual('خادم سحابي )'), '4', visual('أنوية و'), '8', 'GB'])
  assert.ok(find('Description').x > find('Amount').x, 'the columns run from right to left')
})
