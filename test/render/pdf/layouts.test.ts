import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { deflateSync } from 'node:zlib'
import { createMessages } from '../../../core/i18n/index.ts'
import {
  layoutNames,
  logoProblem,
  PLAIN_STYLE,
  renderInvoicePdf,
  renderStatementPdf,
  type DocumentStyle,
  type InvoiceDocument,
} from '../../../core/render/index.ts'
import { isoDate } from '../../../core/kernel/index.ts'
import { linesOf, readPdf, type Piece } from './read-pdf.ts'
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
const onMissing = (characters: string) => assert.fail(`no glyph for "${characters}"`)
const t = messages.translator('en')

const render = (doc: InvoiceDocument, style: Partial<DocumentStyle>): Promise<Buffer> =>
  renderInvoicePdf(doc, {
    ...{ t: messages.translator(doc.locale), onMissing },
    style: { ...PLAIN_STYLE, ...style },
  })

/** Every word of a file, however it is arranged. */
const wordsOf = (pages: readonly Piece[][]): string[] =>
  [...new Set(pages.flat().flatMap(({ text }) => text.split(/\s+/)))].filter((word) => word !== '·').sort()

const DOCUMENTS: Readonly<Record<string, () => InvoiceDocument>> = {
  invoice: sampleInvoice,
  'gross invoice in German': grossInvoice,
  'credit note': creditNote,
  'invoice in yen': yenInvoice,
  'invoice in Arabic': arabicInvoice,
  quote: () => sampleInvoice({ kind: 'quote' }),
  receipt: () => sampleInvoice({ kind: 'receipt' }),
}

describe('each layout', () => {
  for (const [name, document] of Object.entries(DOCUMENTS))
    test(`says the same words of the ${name}`, async () => {
      const [classic, ...others] = await Promise.all(
        layoutNames.map(async (layout) => wordsOf(readPdf(await render(document(), { layout })).pages)),
      )
      assert.ok(classic!.length > 20)
      for (const words of others) assert.deepEqual(words, classic)
    })

  for (const layout of layoutNames)
    for (const paper of ['A4', 'LETTER'] as const)
      test(`keeps its content above its foot, on ${paper}: ${layout}`, async () => {
        const columns = ['One\nTwo\nThree', 'Four', 'Five\nSix']
        const lines = Array.from({ length: 40 }, (_, i) =>
          line({ description: `Item ${i + 1} ${'with a long description '.repeat(9)}` }),
        )
        const { pages, source } = readPdf(await render(sampleInvoice({ lines }), { layout, paper, columns }))
        assert.match(source, paper === 'A4' ? /\[0 0 595\.28 841\.89\]/ : /\[0 0 612 792\]/)
        assert.ok(pages.length >= 3)
        const items = pages.flat().flatMap(({ text }) => /^Item (\d+) /.exec(text)?.[1] ?? [])
        assert.deepEqual(
          items,
          lines.map((_, i) => String(i + 1)),
        )
        for (const [i, page] of pages.entries()) {
          const foot = page.filter(({ text }) => ['One', 'Four', 'Five'].includes(text.trim()))
          assert.equal(foot.length, 3)
          assert.equal(new Set(foot.map(({ y }) => y)).size, 1, 'the columns begin at one height')
          assert.equal(new Set(foot.map(({ x }) => x)).size, 3)
          const number = page.find(({ text }) => text === `Page ${i + 1} of ${pages.length}`)!
          const content = page.filter(({ y }) => y > number.y)
          assert.equal(
            content.length,
            page.length - 7,
            'below the number of the page stand the columns alone',
          )
          for (const { x, y } of page) assert.ok(x > 0 && y > 12 && y < (paper === 'A4' ? 842 : 792))
        }
      })

  test('has a look of its own, and the same bytes each time', async () => {
    const files = await Promise.all(layoutNames.map((layout) => render(sampleInvoice(), { layout })))
    for (const [i, layout] of layoutNames.entries())
      assert.ok(files[i]!.equals(await render(sampleInvoice(), { layout })))
    const places = files.map((file) =>
      JSON.stringify(readPdf(file).pages[0]!.find(({ text }) => text === 'Invoice')),
    )
    assert.equal(new Set(places).size, 3)
  })

  test('draws a statement of account with the client and both balances', async () => {
    const { seller, buyer } = sampleInvoice()
    for (const layout of layoutNames) {
      const pdf = await renderStatementPdf(
        {
          ...{ seller, client: buyer, currency: 'EUR', locale: 'en' },
          ...{
            from: isoDate('2026-01-01'),
            to: isoDate('2026-01-31'),
            openingMinor: 100n,
            closingMinor: 1_600n,
          },
          entries: [
            {
              on: isoDate('2026-01-15'),
              text: 'Invoice',
              reference: 'KH-1',
              amountMinor: 1_500n,
              balanceMinor: 1_600n,
            },
          ],
        },
        { t, onMissing, style: { ...PLAIN_STYLE, layout } },
      )
      const said = linesOf(readPdf(pdf).pages[0]!).join('\n')
      for (const part of [
        'Statement of account',
        'Quay & Sons Ltd',
        'Kai 7',
        'KH-1',
        '€1.00',
        '€15.00',
        '€16.00',
      ])
        assert.ok(said.includes(part), `${layout}: ${part}`)
    }
  })

  test('of an edition that does not exist is refused, not guessed', async () => {
    await assert.rejects(
      () => render(sampleInvoice(), { edition: 99 }),
      /no edition 99 of the layout "classic"/,
    )
  })
})

const MM = 72 / 25.4
/** The window of an envelope in millimetres from the upper left. */
const WINDOWS = {
  A4: { left: 20, right: 105, top: 45, bottom: 90 },
  LETTER: { left: 22, right: 115, top: 46, bottom: 78 },
} as const

describe('an address in the window', () => {
  for (const layout of layoutNames)
    for (const paper of ['A4', 'LETTER'] as const)
      test(`stands there alone: ${layout} on ${paper}`, async () => {
        const seller = { ...sampleInvoice().seller, country: 'DE' }
        const { pages } = readPdf(
          await render(sampleInvoice({ seller }), { layout, paper, address: 'window' }),
        )
        const height = paper === 'A4' ? 841.89 : 792
        const { left, right, top, bottom } = WINDOWS[paper]
        const within = pages[0]!.filter(({ x, y }) => {
          const [across, down] = [x / MM, (height - y) / MM]
          return across >= left && across <= right && down >= top && down <= bottom
        })
        const address = ['Quay & Sons Ltd', 'Ada Quay', 'Kai 7', '28195 Bremen']
        assert.deepEqual(
          within.map(({ text }) => text.trim()).filter((text) => !text.startsWith('Kontor Hosting GmbH · ')),
          address,
        )
        assert.equal(within.length, address.length + 1, 'the sender stands above it')
        const everything = pages[0]!.map(({ text }) => text.trim())
        assert.ok(everything.includes('DE987654321'), 'the tax id is told elsewhere')
        assert.equal(everything.filter((text) => text === 'Quay & Sons Ltd').length, 1)
      })

  test('names the country of a letter to abroad, in capitals', async () => {
    const seller = { ...sampleInvoice().seller, country: 'FR' }
    const [page] = readPdf(await render(sampleInvoice({ seller }), { address: 'window' })).pages
    assert.ok(page!.some(({ text }) => text === 'GERMANY'))
  })
})

describe('a logo', () => {
  test('is drawn once for all pages, at either side', async () => {
    const logo = png(6)
    assert.equal(logoProblem(logo), null)
    for (const layout of layoutNames)
      for (const logoPlace of ['start', 'end'] as const) {
        const { source } = readPdf(await render(longInvoice(40), { layout, logo, logoPlace }))
        assert.equal(source.match(/\/Subtype \/Image/g)?.length, 2, 'the picture and its transparency')
      }
  })

  test('that could not be drawn is refused', () => {
    const good = png(2)
    assert.equal(logoProblem(good), null)
    assert.equal(logoProblem(good.subarray(0, -20)), 'is broken')
    assert.equal(logoProblem(png(2, { pixels: 3 })), 'is broken')
    assert.equal(logoProblem(png(3)), 'is broken', 'a palette is missing')
    assert.equal(
      logoProblem(png(2, { interlaced: true })),
      'must have 8 bits a channel and not be interlaced',
    )
    assert.equal(logoProblem(png(2, { depth: 16 })), 'must have 8 bits a channel and not be interlaced')
    assert.equal(
      logoProblem(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')),
      'must be a PNG or a JPEG',
    )
    assert.equal(logoProblem(Buffer.alloc(400 * 1024)), 'may have at most 300 kB')
    assert.equal(logoProblem(jpeg(3)), null)
    assert.equal(logoProblem(jpeg(4)), 'must be in RGB or grey')
    assert.equal(logoProblem(Buffer.from([0xff, 0xd8, 0xff, 0xd9])), 'is broken')
  })
})

describe('a logo that looks sound', () => {
  const before = (type: string, more: Buffer) => {
    const one = png(6)
    const at = one.indexOf(type, 0, 'latin1') - 4
    return Buffer.concat([one.subarray(0, at), more, one.subarray(at)])
  }
  const head = (width: number, type: number) => {
    const data = Buffer.alloc(13)
    data.writeUInt32BE(width, 0)
    data.writeUInt32BE(2, 4)
    data.set([8, type], 8)
    return chunk('IHDR', data)
  }

  test('is refused for a filter that nobody knows, which would end the process while it is drawn', () => {
    for (const filter of [0, 1, 2, 3, 4]) assert.equal(logoProblem(png(6, { filter })), null)
    for (const filter of [5, 255]) assert.equal(logoProblem(png(6, { filter })), 'is broken')
  })

  test('is refused for a second head, of which the library would believe the last', () => {
    assert.equal(logoProblem(before('IDAT', head(1_000_000_000, 6))), 'is broken')
    assert.equal(logoProblem(before('IHDR', chunk('tEXt', Buffer.from('a\0b')))), 'is broken')
  })

  test('is refused for a palette that is none, and for a text that is too long to be read', () => {
    assert.equal(logoProblem(before('IDAT', chunk('PLTE', Buffer.alloc(4)))), 'is broken')
    const text = chunk('tEXt', Buffer.concat([Buffer.from('a\0'), Buffer.alloc(200_000, 98)]))
    assert.equal(logoProblem(before('IDAT', text)), 'may hold texts of at most 10000 bytes')
    const short = before('IDAT', chunk('tEXt', Buffer.from('Software\0by hand')))
    assert.equal(logoProblem(short), null)
  })

  test('is refused for a JPEG whose first frame is one for the library alone', () => {
    const good = jpeg(3)
    const other = Buffer.from([0xff, 0xcc, 0, 11, 8, 0, 8, 0, 8, 4, 1, 1, 1])
    const both = Buffer.concat([good.subarray(0, 2), other, good.subarray(2)])
    assert.equal(logoProblem(both), 'is broken')
  })
})

const CHANNELS: Readonly<Record<number, number>> = { 2: 3, 3: 1, 6: 4 }

/** A picture of 4 × 2 pixels. */
function png(type: number, { pixels = 8, depth = 8, interlaced = false, filter = 0 } = {}): Buffer {
  const head = Buffer.alloc(13)
  head.writeUInt32BE(4, 0)
  head.writeUInt32BE(2, 4)
  head.set([depth, type, 0, 0, interlaced ? 1 : 0], 8)
  const row = Buffer.concat([Buffer.from([filter]), Buffer.alloc((pixels / 2) * CHANNELS[type]!, 128)])
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    ...[chunk('IHDR', head), chunk('IDAT', deflateSync(Buffer.concat([row, row])))],
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type: string, data: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  return Buffer.concat([length, Buffer.from(type, 'latin1'), data, Buffer.alloc(4)])
}

/** The frame of a JPEG of 8 × 8 pixels, after a comment. */
const jpeg = (channels: number): Buffer =>
  Buffer.from([
    ...[0xff, 0xd8, 0xff, 0xfe, 0, 4, 0x48, 0x69],
    ...[0xff, 0xc0, 0, 8 + 3 * channels, 8, 0, 8, 0, 8, channels, ...Array<number>(3 * channels).fill(1)],
    ...[0xff, 0xd9],
  ])
