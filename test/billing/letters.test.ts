import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { words } from '../../core/app/wire/words.ts'
import {
  billingConsumers,
  changeClientTerms,
  choosePost,
  dropLetter,
  issueDocument,
  overrideSetting,
  postLetters,
  printLetter,
  printLetters,
  verifyBooks,
  voidInvoice,
  waitingLetters,
  type LetterRow,
} from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { deliverEvents } from '../../core/events/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { clientActor, makeClient, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { readPdf, type Piece } from '../render/pdf/read-pdf.ts'
import { draft, issue, makeBuyer } from './support.ts'

for (const engine of engines)
  describe(`letters on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = { ...testMeans(db), translator: (locale: string) => words().translator(locale) }
    const { brand, client } = await makeBuyer(means, { name: 'Paula Papier' })
    const staff = staffActor()
    const set = (key: string, value: unknown) =>
      overrideSetting(means, { key, scope: 'brand', scope_id: brand.id, value }, staff)
    const issued = async (of = client, amounts?: bigint[]) => {
      const { id } = await issue(means, draft(of, amounts ? { amounts } : {}))
      await issueDocument(means, { invoice_id: id })
      return id
    }
    const letterOf = (invoiceId: string) =>
      db.get<LetterRow>(sql`select * from letters where invoice_id = ${invoiceId}`)
    const waiting = () => waitingLetters(db, staff, null)
    const itemsOf = (clientId: string) =>
      db.all<{ name: string; amount_minor: bigint; tax_class: string; timing: string }>(sql`
        select b.name, b.timing, n.amount_minor, n.tax_class from billable_items b join billable_lines n on n.item_id = b.id
        where b.client_id = ${clientId} order by b.id`)

    test('wait for documents of clients who want paper, once each', async () => {
      assert.equal(await letterOf(await issued()), undefined)
      await changeClientTerms(means, { client_id: client.id, values: { 'billing.by_post': true } }, staff)
      const id = await issued()
      await issueDocument(means, { invoice_id: id })
      const letters = await waiting()
      assert.deepEqual(
        letters.map(({ invoice_id, status }) => [invoice_id, status]),
        [[id, 'waiting']],
      )
      const other = await makeClient(means, { brand_id: brand.id })
      assert.equal(await letterOf(await issued(other)), undefined)
    })

    test('do not wait for a document that fell through while it was printed', async () => {
      const { id } = await issue(means, draft(client))
      const keep = async (bytes: Uint8Array) => {
        await voidInvoice(means, { invoice_id: id, reason: 'ordered twice' }, staff)
        const event = await db.get<{ id: string }>(
          sql`select id from events where type = 'invoice.voided' and subject = ${id}`,
        )
        await deliverEvents(means, billingConsumers(means), [event!.id])
        return means.files.keep(bytes)
      }
      await issueDocument({ ...means, files: { ...means.files, keep } }, { invoice_id: id })
      assert.equal(await letterOf(id), undefined)
    })

    test('are printed in one file, each from its first page, with the address in the window', async () => {
      await issued(client, Array<bigint>(60).fill(100n))
      await issued()
      const letters = await waiting()
      assert.equal(letters.length, 3)
      const through = letters.at(-1)!.id
      const titles = (pages: readonly Piece[][]) =>
        pages.map((page) => page.find(({ text }) => /^Page \d+ of \d+$/.test(text))?.text ?? 'empty')
      const one = readPdf(await printLetters(means, { through }, staff)).pages
      assert.deepEqual(titles(one), [
        'Page 1 of 1',
        'Page 1 of 3',
        'Page 2 of 3',
        'Page 3 of 3',
        'Page 1 of 1',
      ])
      const both = readPdf(await printLetters(means, { through, duplex: true }, staff)).pages
      assert.deepEqual(titles(both), [
        ...['Page 1 of 1', 'empty', 'Page 1 of 3', 'Page 2 of 3', 'Page 3 of 3', 'empty', 'Page 1 of 1'],
      ])
      for (const at of [0, 1, 4]) {
        const name = one[at]!.find(({ text }) => text === 'Paula Papier')!
        const down = (841.89 - name.y) * (25.4 / 72)
        assert.ok(down > 60 && down < 90, `the name stands ${down} mm below the edge`)
      }
    })

    test('are marked as posted once, up to the last that was printed, and charged with the next invoice', async () => {
      await set('billing.letters', {
        ...{ offered: true, tax_class: 'standard' },
        fees: [{ currency: 'EUR', amount: '1,20' }],
      })
      const letters = await waiting()
      const meanwhile = await issued()
      const through = letters.at(-1)!.id
      const counts = await Promise.allSettled([1, 2].map(() => postLetters(means, { through }, staff)))
      const posted = counts.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
      assert.equal(
        posted.reduce((sum, count) => sum + count, 0),
        3,
        'whoever came second posted nothing',
      )
      assert.deepEqual(
        (await waiting()).map(({ invoice_id }) => invoice_id),
        [meanwhile],
      )
      const row = await letterOf(letters[0]!.invoice_id)
      assert.deepEqual(
        [row!.status, row!.posted_by, row!.posted_at],
        ['posted', staff.id, means.business.now()],
      )
      const items = await itemsOf(client.id)
      assert.equal(items.length, 3)
      assert.deepEqual(items[0], {
        ...{ name: `Invoice ${letters[0]!.number} by post`, timing: 'next', amount_minor: 120n },
        tax_class: 'standard',
      })
      const trail = await db.all<{ action: string }>(
        sql`select action from audit where subject = ${letters[0]!.id}`,
      )
      const events = await db.all<{ type: string }>(
        sql`select type from events where subject = ${letters[0]!.id}`,
      )
      assert.deepEqual(
        [trail.map((one) => one.action), events.map((one) => one.type)],
        [['letter.post'], ['letter.posted']],
      )
      const again = readPdf(await printLetter(means, { letter_id: letters[0]!.id }, staff)).pages
      assert.equal(again.length, 1)
      assert.deepEqual(await verifyBooks(db, isoDate('2026-01-15')), [])
    })

    test('do not go where staff say so, or when their document fell through', async () => {
      const [fallen, unwanted] = [await issued(), await issued()]
      await voidInvoice(means, { invoice_id: fallen, reason: 'A mistake' }, staff)
      const event = await db.get<{ id: string }>(
        sql`select id from events where subject = ${fallen} and type = 'invoice.voided'`,
      )
      await deliverEvents(means, billingConsumers(means), [event!.id])
      await dropLetter(means, { letter_id: (await letterOf(unwanted))!.id }, staff)
      assert.deepEqual(
        [(await letterOf(fallen))!.status, (await letterOf(unwanted))!.status],
        ['dropped', 'dropped'],
      )
      await assert.rejects(dropLetter(means, { letter_id: (await letterOf(unwanted))!.id }, staff), {
        code: 'state.illegal',
      })
      assert.equal((await itemsOf(client.id)).length, 3, 'what was not posted costs nothing')
    })

    test('are asked for by clients themselves where they are offered', async () => {
      const other = await makeClient(means, { brand_id: brand.id })
      const own = clientActor(other.id)
      const choose = (by_post: boolean, actor = own) =>
        choosePost(means, { client_id: other.id, by_post }, actor)
      await choose(true)
      assert.ok(await letterOf(await issued(other)))
      await choose(false)
      assert.equal(await letterOf(await issued(other)), undefined)
      await assert.rejects(choose(true, clientActor(client.id)), { code: 'record.not_found' })
      await set('billing.letters', { offered: false, fees: [], tax_class: 'standard' })
      await assert.rejects(choose(true), { code: 'letter.not_offered' })
    })

    test('cost nothing in a currency without a fee, and no fee that its currency cannot say', async () => {
      const refused = (fees: object[]) =>
        assert.rejects(set('billing.letters', { offered: true, fees, tax_class: 'standard' }), {
          code: 'input.invalid',
        })
      await refused([{ currency: 'JPY', amount: '1.50' }])
      await refused([{ currency: 'QQQ', amount: '1' }])
      await refused([
        { currency: 'EUR', amount: '1' },
        { currency: 'EUR', amount: '2' },
      ])
      await set('billing.letters', {
        ...{ offered: true, tax_class: 'standard' },
        fees: [{ currency: 'USD', amount: '9' }],
      })
      const id = await issued()
      const letter = await letterOf(id)
      await postLetters(means, { through: letter!.id }, staff)
      assert.equal((await letterOf(id))!.item_id, null)
    })
  })
