import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import {
  creditInvoice,
  readStatement,
  recordPayment,
  sendStatement,
  statementCsv,
  statementPdf,
  verifyBooks,
  voidInvoice,
  writeOffInvoice,
  type Payments,
} from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import { words } from '../../core/app/wire/words.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { clientActor, makeClient, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { draft, issue, makeBuyer, scriptedGateway } from './support.ts'

for (const engine of engines)
  describe(`a statement of account (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db, { now: '2026-01-10T06:00:00.000Z' })
    const staff = staffActor()
    const { brand, client } = await makeBuyer(means)
    const owner = clientActor(client.id)
    const on = (day: string) => means.business.set(`${day}T06:00:00.000Z`)
    const read = (from: string, to: string, actor = owner) =>
      readStatement(means, { client_id: client.id, from, to }, actor)
    const pay = (invoice_id: string, amount_minor: string, reference: string) => {
      const payments: Payments = { ...means, plugins: scriptedGateway([]) }
      return recordPayment(payments, { invoice_id, amount_minor, reference }, staff)
    }

    test('opens with what was owed, shows every movement once, and closes with what is owed', async () => {
      const first = await issue(means, draft(client))
      on('2026-02-01')
      await pay(first.id, '2000', 'BANK-1')
      const second = await issue(means, draft(client, { amounts: [2_000n] }))
      on('2026-02-05')
      await creditInvoice(
        means,
        { invoice_id: second.id, lines: [{ position: 1, amount_minor: '500' }], reason: 'Late' },
        staff,
      )
      const third = await issue(means, draft(client, { amounts: [100n] }))
      await voidInvoice(means, { invoice_id: third.id, reason: 'Wrong' }, staff)
      on('2026-03-01')
      await writeOffInvoice(means, { invoice_id: second.id, reason: 'Given up' }, staff)
      const whole = await read('2026-01-01', '2026-12-31')
      assert.deepEqual(
        whole.entries.map((one) => [one.on, one.kind, one.reference, one.amountMinor, one.balanceMinor]),
        [
          ['2026-01-10', 'invoice_issued', first.number, 1_190n, 1_190n],
          ['2026-02-01', 'payment_succeeded', 'BANK-1', -2_000n, -810n],
          ['2026-02-01', 'invoice_issued', second.number, 2_380n, 1_570n],
          ['2026-02-05', 'credit_note_issued', 'CN-2026-00001', -595n, 975n],
          ['2026-02-05', 'invoice_issued', third.number, 119n, 1_094n],
          ['2026-02-05', 'invoice_voided', third.number, -119n, 975n],
          ['2026-03-01', 'invoice_written_off', second.number, -975n, 0n],
        ],
      )
      assert.deepEqual([whole.openingMinor, whole.closingMinor], [0n, 0n])
      const february = await read('2026-02-01', '2026-02-28')
      assert.deepEqual(
        [february.openingMinor, february.entries.length, february.closingMinor],
        [1_190n, 5, 975n],
      )
      const january = await read('2026-01-01', '2026-01-31')
      assert.equal(january.closingMinor, february.openingMinor)
      assert.deepEqual(await verifyBooks(db, isoDate('2026-03-01')), [])
    })

    test('is a file that adds up, and a mail with a PDF', async () => {
      const february = await read('2026-02-01', '2026-02-28')
      const lines = statementCsv(february).trim().split('\r\n')
      assert.equal(lines.length, 8)
      assert.equal(lines[1], '"2026-02-01","opening_balance","","","11.90","EUR"')
      assert.equal(lines.at(-1), '"2026-02-28","closing_balance","","","9.75","EUR"')
      const t = words().translator('de')
      const pdf = await statementPdf(means, february, { t, locale: 'de' })
      assert.equal(pdf.subarray(0, 5).toString(), '%PDF-')
      const printing = { ...means, translator: (locale: string) => words().translator(locale) }
      const period = { client_id: client.id, from: '2026-02-01', to: '2026-02-28' }
      await sendStatement(printing, period, staff)
      const [mail] = means.jobs.of('mail.send').slice(-1) as { template: string; attachments: unknown[] }[]
      assert.deepEqual([mail!.template, mail!.attachments.length], ['statement-of-account', 1])
    })

    test('is for the client and staff alone, and refuses days that cannot be', async () => {
      const stranger = await makeClient(means, { brand_id: brand.id })
      await assert.rejects(read('2026-01-01', '2026-12-31', clientActor(stranger.id)), {
        code: 'record.not_found',
      })
      await assert.rejects(read('2026-02-01', '2026-01-01'), { code: 'input.invalid' })
      await assert.rejects(read('2026-02-30', '2026-03-01'), { code: 'input.invalid' })
    })

    test('over ten thousand postings takes a tenth of a second', async () => {
      const many = await makeClient(means, { brand_id: brand.id })
      for (let n = 0; n < 5; n++) {
        await db.transaction(async (trx) => {
          const journals = Array.from({ length: 1_000 }, (_, i) => ({
            ...{
              id: means.newId('jrn'),
              brand_id: brand.id,
              kind: 'invoice_issued',
              source_id: `x_${n}_${i}`,
            },
            ...{ currency: 'EUR', effective_on: `2026-0${1 + (i % 9)}-01`, reverses_id: null },
            created_at: means.business.now(),
          }))
          const posting = (journal_id: string, position: number, account: string, amount_minor: bigint) => ({
            ...{ journal_id, position, brand_id: brand.id, account, currency: 'EUR', amount_minor },
            client_id: account.startsWith('revenue') ? null : many.id,
          })
          await trx.insert(
            'postings',
            journals.flatMap(({ id }) => [
              posting(id, 1, 'receivable', 150n),
              posting(id, 2, 'client_credit', -50n),
              posting(id, 3, 'revenue:manual', -100n),
            ]),
          )
          await trx.insert('journals', journals)
        })
      }
      const wish = { client_id: many.id, from: '2026-01-01', to: '2026-12-31' }
      const times: number[] = []
      for (let n = 0; n < 5; n++) {
        const began = performance.now()
        const statement = await readStatement(means, wish, staff)
        times.push(performance.now() - began)
        assert.deepEqual([statement.entries.length, statement.closingMinor], [5_000, 500_000n])
      }
      const best = Math.min(...times)
      // The machine of a test run is busy: the bench states the figure, this keeps it from growing tenfold.
      assert.ok(best < 500, `best of five: ${best.toFixed(0)} ms`)
      process.stdout.write(`# statement over 10,000 postings: ${best.toFixed(1)} ms\n`)
      assert.equal(
        (await db.all(sql`select journal_id from postings where client_id = ${many.id}`)).length,
        10_000,
      )
    })
  })
