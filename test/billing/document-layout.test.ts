import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { words } from '../../core/app/wire/words.ts'
import {
  changeLayout,
  getInvoice,
  keepDocument,
  overrideSetting,
  readLayout,
  readStatement,
  samplePdf,
  statementPdf,
} from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { getFile } from '../../core/files/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { readPdf, type Piece } from '../render/pdf/read-pdf.ts'
import { actor, draft, issue, makeBuyer } from './support.ts'

/** One pixel, red. */
const LOGO = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC',
  'base64',
)
/** Of the title, by the edge of the sheet at which it stands and its size: each layout has its own. */
const titleOf = (pages: readonly Piece[][]) => {
  const { y } = pages[0]!.find(({ text }) => ['Invoice', 'Rechnung'].includes(text))!
  return Math.round(y)
}

for (const engine of engines)
  describe(`the layout of documents on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = { ...testMeans(db), translator: (locale: string) => words().translator(locale) }
    const { brand, client } = await makeBuyer(means)
    await db.run(sql`update clients set locale = 'de' where id = ${client.id}`)
    const staff = staffActor()
    const change = (input: object) => changeLayout(means, { brand_id: brand.id, ...input } as never, staff)
    const printed = async (id: string) => {
      const file = await getFile(db, await keepDocument(means, await getInvoice(db, id, actor)))
      return readPdf(await means.files.read(file!.sha256))
    }
    const plain = titleOf((await printed((await issue(means, draft(client))).id)).pages)

    test('is frozen with each document, though it is printed after a change', async () => {
      await change({ set: { layout: 'modern', accent: '#0a7d5a', columns: ['Bank: Hanse'] } })
      const { id: first } = await issue(means, draft(client))
      await change({ set: { layout: 'compact', columns: ['Another bank'] } })
      const { id: second } = await issue(means, draft(client))
      const [one, other] = [await printed(first), await printed(second)]
      const says = (pages: readonly Piece[][], text: string) => pages[0]!.some((piece) => piece.text === text)
      assert.deepEqual(
        [says(one.pages, 'Bank: Hanse'), says(one.pages, 'Another bank'), says(other.pages, 'Another bank')],
        [true, false, true],
      )
      assert.equal(new Set([plain, titleOf(one.pages), titleOf(other.pages)]).size, 3)
      const { seller } = await getInvoice(db, first, actor)
      const { layout } = JSON.parse(seller) as { layout: Record<string, unknown> }
      assert.deepEqual([layout.layout, layout.edition, layout.accent], ['modern', 1, '#0a7d5a'])
    })

    test('takes the colour that the brand had at the issue', async () => {
      await db.run(sql`update brands set colour = '#112233' where id = ${brand.id}`)
      await change({ set: { accent: null } })
      const { id } = await issue(means, draft(client))
      await db.run(sql`update brands set colour = '#445566' where id = ${brand.id}`)
      const kept = JSON.parse((await getInvoice(db, id, actor)).seller) as { layout: { accent: string } }
      assert.equal(kept.layout.accent, '#112233')
    })

    test('may differ by the language of the document', async () => {
      await change({ set: { layout: 'classic', paper: 'A4', columns: ['Reg. 1'] } })
      await change({ language: { locale: 'de', set: { layout: 'compact', columns: ['HRB 1'] } } })
      await change({ language: { locale: 'en', set: { paper: 'LETTER' } } })
      const { client: english } = await makeBuyer(means)
      await db.run(sql`update clients set brand_id = ${brand.id}, locale = 'en' where id = ${english.id}`)
      const german = await printed((await issue(means, draft(client))).id)
      const other = await printed((await issue(means, draft({ ...english, brand_id: brand.id }))).id)
      assert.match(german.source, /595\.28 841\.89/)
      assert.match(other.source, /612 792/)
      const texts = [german, other].map(({ pages }) => pages[0]!.map(({ text }) => text))
      assert.deepEqual(
        texts.map((said) => [said.includes('HRB 1'), said.includes('Reg. 1')]),
        [
          [true, false],
          [false, true],
        ],
      )
      await change({ language: { locale: 'de', set: {} } })
      const { languages } = await readLayout(means, { brand_id: brand.id }, staff)
      assert.deepEqual(languages, { en: { paper: 'LETTER' } })
    })

    test('carries a logo on invoice, proforma and statement', async () => {
      await change({ logo: { bytes: LOGO } })
      const { id } = await issue(means, draft(client))
      const proforma = { key: 'billing.proforma_first', scope: 'brand', scope_id: brand.id }
      await overrideSetting(means, { ...proforma, value: true }, staff)
      const { id: asked, proforma: isOne } = await issue(means, draft(client))
      assert.equal(isOne, 1)
      await overrideSetting(means, { ...proforma, value: false }, staff)
      const period = { client_id: client.id, from: '2026-01-01', to: '2026-01-31' }
      const statement = await readStatement(means, period, staff)
      const t = means.translator('de')
      const sheets = [
        await printed(id),
        await printed(asked),
        readPdf(await statementPdf(means, statement, { t, locale: 'de' })),
      ]
      for (const { source } of sheets) assert.match(source, /\/Subtype \/Image/)
      await change({ logo: null })
      assert.doesNotMatch((await printed((await issue(means, draft(client))).id)).source, /\/Subtype \/Image/)
      // What was issued with it keeps it, printed once more from nothing.
      await db.run(sql`update invoices set file_id = null where id = ${id}`)
      assert.match((await printed(id)).source, /\/Subtype \/Image/)
    })

    test('is seen before it is used, and nothing is issued by that', async () => {
      const count = () => db.get<{ n: number }>(sql`select count(*) as n from invoices`)
      const before = await count()
      const ask = { brand_id: brand.id, locale: 'de', kind: 'invoice', lines: 60 } as const
      const pdf = readPdf(await samplePdf(means, { ...ask, layout: 'modern' }, staff))
      assert.ok(pdf.pages.length > 2)
      assert.ok(pdf.pages[0]!.some(({ text }) => text.includes('MUSTER')))
      assert.deepEqual(await count(), before)
    })

    test('refuses what cannot be, and whoever may not', async () => {
      const refused = (input: object) => assert.rejects(change(input), { code: 'input.invalid' })
      await refused({ set: { layout: 'baroque' } })
      await refused({ set: { accent: 'green' } })
      await refused({ set: { columns: ['1', '2', '3', '4'] } })
      await refused({ language: { locale: '<b>', set: { paper: 'A4' } } })
      await refused({ logo: { bytes: Buffer.from('%PDF-1.7') } })
      await refused({ logo: { bytes: LOGO.subarray(0, 60) } })
      const brandless = { ...staffActor(), brandIds: ['brd_other'] }
      await assert.rejects(changeLayout(means, { brand_id: brand.id, logo: null }, brandless), {
        code: 'record.not_found',
      })
      const clerk = staffActor(['document_layout.read'])
      await assert.rejects(changeLayout(means, { brand_id: brand.id, logo: null }, clerk), {
        code: 'actor.forbidden',
      })
    })
  })
