import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { addTaxPreset } from '../../core/brands/index.ts'
import { creditInvoice, getInvoice, taxStatements, verifyBooks } from '../../core/billing/index.ts'
import { words } from '../../core/app/wire/words.ts'
import { sql } from '../../core/db/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { makeBrand, makeClient, makeSeller, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { actor, draft, issue } from './support.ts'

const notes = {
  reverse_charge: { en: 'Reverse charge', de: 'Steuerschuldnerschaft des Leistungsempfängers' },
  abroad: { en: 'Abroad' },
  india_export: { en: 'LUT' },
}

for (const engine of engines) {
  describe(`documents and their tax on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db, { now: '2026-01-15T10:00:00.000Z' })
    const staff = staffActor()
    const shop = async (preset: string, seller: Parameters<typeof makeSeller>[1]) => {
      const { id } = await makeSeller(means, seller)
      const input = { seller_id: id, preset, starts_on: '2020-01-01', oss: true, notes }
      return {
        seller: id,
        brand: await makeBrand(means, { seller_id: id }),
        ...(await addTaxPreset(means, input, staff)),
      }
    }
    const german = await shop('eu', { country: 'DE' })
    const buy = async (columns: object, checked: string | null = null, through = '2026-03-01') => {
      const client = await makeClient(means, { brand_id: german.brand.id, ...columns })
      if (checked !== null)
        await db.run(sql`
          update clients set tax_id_valid_for = ${checked}, tax_id_valid_through = ${through}, tax_id_checked_at = '2026-01-01T00:00:00.000Z', locale = 'de'
          where id = ${client.id}`)
      const { id } = await issue(means, draft(client, { amounts: [10_000n] }))
      return getInvoice(db, id, actor)
    }

    test('reverse charge: no tax, the sentence of the law in the language of the document, and who was asked', async () => {
      const invoice = await buy({ country: 'FR', tax_id: 'FR 11 123456782' }, 'FR:FR11123456782')
      assert.deepEqual(
        invoice.taxes.map(({ tax_name, rate_ppm, treatment, net_minor, tax_minor }) => [
          tax_name,
          rate_ppm,
          treatment,
          net_minor,
          tax_minor,
        ]),
        [['Reverse charge', 0, 'reverse_charge', 10_000n, 0n]],
      )
      assert.deepEqual(taxStatements(invoice, words().translator('de'), 'de'), [
        'Steuerschuldnerschaft des Leistungsempfängers',
      ])
      assert.deepEqual(JSON.parse(invoice.evidence), {
        ...{ country: 'FR', region: null, exempt: false, business: true },
        ...{ tax_id: 'FR 11 123456782', tax_id_checked_at: '2026-01-01T00:00:00.000Z' },
      })
      const note = await creditInvoice(means, { invoice_id: invoice.id, reason: 'Wrong plan' }, staff)
      const credit = await getInvoice(db, note.id, actor)
      assert.deepEqual([credit.taxes[0]!.treatment, credit.tax_notes], ['reverse_charge', invoice.tax_notes])
    })

    test('an id that was found valid for another number, or too long ago, is none', async () => {
      const taxOf = async (columns: object, checked: string, through = '2026-01-15') =>
        (await buy(columns, checked, through)).tax_minor
      assert.equal(await taxOf({ country: 'FR', tax_id: 'FR99123456782' }, 'FR:FR11123456782'), 2_000n)
      assert.equal(await taxOf({ country: 'AT', tax_id: 'FR11123456782' }, 'FR:FR11123456782'), 2_000n)
      const french = { country: 'FR', tax_id: 'FR11123456782' }
      assert.equal(await taxOf(french, 'FR:FR11123456782', '2026-01-14'), 2_000n)
      assert.equal(await taxOf(french, 'FR:FR11123456782'), 0n)
    })

    test('a set is added again without a change', async () => {
      const again = { seller_id: german.seller, preset: 'eu', starts_on: '2020-01-01', oss: true, notes }
      assert.deepEqual(await addTaxPreset(means, again, staff), { added: 0, passed: german.added })
      assert.ok(german.added > 60)
    })

    test('Indonesia: whole rupiah by line, and the base that the tax was taken on', async () => {
      const { brand } = await shop('indonesia', { country: 'ID' })
      const client = await makeClient(means, { brand_id: brand.id, country: 'ID', currency: 'IDR' })
      const { id } = await issue(means, draft(client, { amounts: [25_000n, 10_000_000n] }))
      const invoice = await getInvoice(db, id, actor)
      // Rp 250 → 229 → 27 and Rp 100 000 → 91 667 → 11 000.
      assert.deepEqual(
        invoice.lines.map((line) => line.tax_minor),
        [2_700n, 1_100_000n],
      )
      assert.deepEqual(
        [invoice.taxes[0]!.net_minor, invoice.tax_minor, invoice.tax_rounding],
        [9_189_600n, 1_102_700n, 'line'],
      )
      assert.deepEqual(taxStatements(invoice, words().translator('en'), 'en'), [
        'Tax is computed and rounded for each line.',
      ])
      const half = { invoice_id: id, reason: 'Half of it', lines: [{ position: 2, amount_minor: '3333300' }] }
      const note = await creditInvoice(means, half, staff)
      assert.equal(note.tax_minor % 100n, 0n)
      await creditInvoice(means, { invoice_id: id, reason: 'The rest' }, staff)
      const back = await db.get<{ tax_minor: bigint }>(
        sql`select sum(tax_minor) as tax_minor from invoices where client_id = ${client.id}`,
      )
      assert.equal(back!.tax_minor, 0n)
    })

    test('the books are right, and a changed note or rounding is found', async () => {
      assert.deepEqual(await verifyBooks(db, isoDate('2026-01-15')), [])
      const { id } = await buy({ country: 'US' })
      await db.run(sql`update invoices set tax_notes = '[{"text":"Another sentence"}]' where id = ${id}`)
      assert.deepEqual(
        (await verifyBooks(db, isoDate('2026-01-15'))).map(({ check }) => check),
        ['issued document is frozen'],
      )
      await db.run(sql`update invoices set tax_notes = '[{"text":"Abroad"}]' where id = ${id}`)
      await db.run(sql`update invoice_taxes set treatment = 'zero_rated' where invoice_id = ${id}`)
      assert.deepEqual(
        (await verifyBooks(db, isoDate('2026-01-15'))).map(({ check }) => check),
        ['issued document is frozen', 'tax of a document is its rate on what is taxed'],
      )
    })
  })
}
