import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import {
  bookBankLine,
  creditBalance,
  getInvoice,
  ignoreBankLine,
  importStatement,
  refundPayment,
  saveBankAccount,
  undoBankLine,
  verifyBooks,
  type BankLineRow,
  type Payments,
} from '../../../core/billing/index.ts'
import { sql } from '../../../core/db/index.ts'
import { isoDate } from '../../../core/kernel/index.ts'
import { CheckRefused, type Hooks } from '../../../core/records/index.ts'
import { engines, makeDatabase } from '../../support/databases.ts'
import { clientActor, staffActor } from '../../support/make.ts'
import { testMeans } from '../../support/means.ts'
import { actor, draft, issue, makeBuyer, makeGateway, scriptedGateway } from '../support.ts'
import { CAMT } from './files.ts'

for (const engine of engines)
  describe(`bank lines (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db)
    const payments: Payments = { ...means, plugins: scriptedGateway([]) }
    const staff = staffActor()
    let gateway: Awaited<ReturnType<typeof makeGateway>>
    let client: Awaited<ReturnType<typeof makeBuyer>>['client']
    let account: string
    let day = 0
    before(async () => {
      gateway = await makeGateway(means)
    })
    beforeEach(async () => {
      client = (await makeBuyer(means)).client
      account = await save({})
    })
    const save = (more: object) =>
      saveBankAccount(
        means,
        {
          ...{ brand_id: client.brand_id, instance_id: gateway.id, name: 'Bank', currency: 'EUR' },
          ...{ iban: 'DE89370400440532013000', books_sure: true, tolerance_minor: '0' },
          csv_mapping: {
            ...{ delimiter: ';', skip: 0, day: 'd', day_format: 'YYYY-MM-DD', amount: 'a', decimal: '.' },
            ...{ text: 't', name: 'n', currency: 'c' },
          },
          ...more,
        },
        staff,
      )
    const csv = (rows: readonly string[]) => ['d;a;t;n;c', ...rows].join('\n')
    const bring = (rows: readonly string[], account_id = account) =>
      importStatement(means, { account_id, format: 'csv', content: csv(rows) }, staff)
    const invoice = (net: bigint) => issue(means, draft(client, { amounts: [net] }))
    const lines = () =>
      db.all<BankLineRow>(sql`select * from bank_lines where account_id = ${account} order by id`)
    const status = async (id: string) => (await getInvoice(db, id, actor)).status
    const clean = async () => assert.deepEqual(await verifyBooks(db, isoDate('2026-01-15')), [])
    const on = () => `2026-01-${String((day++ % 28) + 1).padStart(2, '0')}`

    test('a sure line that a plugin refuses says why, until it is booked after all', async () => {
      const { id, number } = await invoice(1_000n)
      const hook = 'bank_line.book:check'
      const error = CheckRefused({ plugin: 'limits', hook, subject: id, message: 'Above the limit' })
      const hooks: Hooks = {
        ...means.hooks,
        listens: (asked) => asked === hook,
        check: () => Promise.resolve({ allowed: false, error }),
      }
      const row = `${on()};11.90;${number};Ada;EUR`
      const wish = { account_id: account, format: 'csv', content: csv([row]) }
      assert.deepEqual(await importStatement({ ...means, hooks }, wish, staff), {
        new: 1,
        known: 0,
        booked: 0,
      })
      const [line] = await lines()
      assert.equal(line!.status, 'open')
      assert.match(line!.note!, /Above the limit/)
      const parts = [{ invoice_id: id, amount_minor: '1190' }]
      await bookBankLine(means, { line_id: line!.id, parts }, staff)
      assert.equal((await lines())[0]!.note, null)
    })

    test('a file is taken once, sure lines are booked, the others wait', async () => {
      const { id, number } = await invoice(1_000n)
      const content = CAMT.replace('NUMBER', number!.toLowerCase().replaceAll('-', ' '))
      const take = () => importStatement(means, { account_id: account, format: 'camt053', content }, staff)
      assert.deepEqual(await take(), { new: 4, known: 0, booked: 1 })
      assert.deepEqual(await take(), { new: 0, known: 4, booked: 0 })
      assert.equal(await status(id), 'paid')
      assert.deepEqual(
        (await lines()).map((line) => line.status),
        ['booked', 'open', 'open', 'open'],
      )
      await clean()
    })

    test('two equal transfers of a day are two, in whichever files they come', async () => {
      const row = `${on()};5.00;Danke;Quay;EUR`
      assert.equal((await bring([row])).new, 1)
      assert.deepEqual(await bring([row, row]), { new: 1, known: 1, booked: 0 })
      assert.deepEqual(await bring([row, row]), { new: 0, known: 2, booked: 0 })
    })

    test('the same file from two desks at once brings each line once', async () => {
      const rows = [1, 2, 3].map((n) => `${on()};${n}.00;Danke;Quay;EUR`)
      const taken = await Promise.all([bring(rows), bring(rows)])
      assert.equal(
        taken.reduce((sum, one) => sum + one.new, 0),
        3,
      )
    })

    test('what is not understood to the last line brings nothing, nor does another account’s file', async () => {
      await assert.rejects(bring([`${on()};5.00;a;b;EUR`, `${on()};x;a;b;EUR`]), {
        code: 'statement.invalid',
      })
      const foreign = CAMT.replace('DE89370400440532013000', 'DE02120300000000202051')
      await assert.rejects(
        importStatement(means, { account_id: account, format: 'camt053', content: foreign }, staff),
        { code: 'input.invalid' },
      )
      assert.equal((await lines()).length, 0)
    })

    test('a file of more lines than can be taken at once is refused whole', async () => {
      const rows = Array.from({ length: 20_001 }, (_, i) => `2026-01-02;1.00;L${i};N;EUR`)
      await assert.rejects(bring(rows), { code: 'input.invalid' })
      const kept = await db.all(sql`select id from bank_lines where account_id = ${account}`)
      assert.deepEqual(kept, [])
    })

    test('staff divide a line over several documents, and what is too much is credit', async () => {
      const [one, two] = [await invoice(1_000n), await invoice(2_000n)]
      await bring([`${on()};40.00;sorry, no numbers;Quay;EUR`])
      const [line] = await lines()
      const book = (parts: [string, string][]) =>
        bookBankLine(
          means,
          {
            line_id: line!.id,
            parts: parts.map(([invoice_id, amount_minor]) => ({ invoice_id, amount_minor })),
          },
          staff,
        )
      await assert.rejects(book([[one.id, '1190']]), { code: 'input.invalid' })
      await assert.rejects(
        book([
          [one.id, '2000'],
          [one.id, '2000'],
        ]),
        { code: 'input.invalid' },
      )
      assert.equal(await status(one.id), 'issued', 'nothing half-written')
      await book([
        [one.id, '1190'],
        [two.id, '2810'],
      ])
      assert.deepEqual([await status(one.id), await status(two.id)], ['paid', 'paid'])
      assert.equal(await creditBalance(db, client.id, 'EUR'), 430n)
      await assert.rejects(book([[one.id, '4000']]), { code: 'state.illegal' })
      await clean()
    })

    test('an undo opens the documents again, and the line is booked elsewhere', async () => {
      const [wrong, right] = [await invoice(1_000n), await invoice(1_000n)]
      await bring([`${on()};11.90;${wrong.number!};Quay;EUR`])
      const [line] = await lines()
      assert.equal(line!.status, 'booked')
      await undoBankLine(means, { line_id: line!.id, reason: 'It was for the other one' }, staff)
      assert.equal(await status(wrong.id), 'issued')
      await clean()
      const parts = [{ invoice_id: right.id, amount_minor: '1190' }]
      await bookBankLine(means, { line_id: line!.id, parts }, staff)
      assert.deepEqual([await status(wrong.id), await status(right.id)], ['issued', 'paid'])
      const sums = await db.get<{ sum_minor: bigint }>(
        sql`select sum(amount_minor) as sum_minor from transactions where client_id = ${client.id}`,
      )
      assert.equal(sums?.sum_minor, 1_190n)
      await clean()
    })

    test('an undo is refused once something was built on the money', async () => {
      const one = await invoice(1_000n)
      await bring([`${on()};20.00;${one.number!};Quay;EUR`])
      const [line] = await lines()
      await bookBankLine(
        means,
        { line_id: line!.id, parts: [{ invoice_id: one.id, amount_minor: '2000' }] },
        staff,
      )
      await invoice(100n)
      const undo = () => undoBankLine(means, { line_id: line!.id, reason: 'x' }, staff)
      await assert.rejects(undo(), { code: 'payment.not_reversible' })
      const two = await invoice(5_000n)
      await bring([`${on()};52.59;${two.number!};Quay;EUR`])
      const paid = (await db.get<{ id: string }>(
        sql`select id from payments where invoice_id = ${two.id} and status = 'succeeded'`,
      ))!
      await refundPayment(
        payments,
        { payment_id: paid.id, amount_minor: '100', destination: 'recorded', reason: 'x', from: 'goodwill' },
        staff,
      )
      const refunded = (await lines()).at(-1)!
      await assert.rejects(undoBankLine(means, { line_id: refunded.id, reason: 'x' }, staff), {
        code: 'payment.not_reversible',
      })
      await clean()
    })

    test('money of another currency waits for a person and is booked on nothing of this one', async () => {
      const { id, number } = await invoice(1_000n)
      assert.equal((await bring([`${on()};11.90;${number!};Quay;USD`])).booked, 0)
      const [line] = await lines()
      const parts = [{ invoice_id: id, amount_minor: '1190' }]
      await assert.rejects(bookBankLine(means, { line_id: line!.id, parts }, staff), {
        code: 'invoice.wrong_currency',
      })
      await ignoreBankLine(means, { line_id: line!.id, reason: 'Sent back' }, staff)
      assert.equal((await lines())[0]!.status, 'ignored')
    })

    test('a second transfer for a document of the same file waits, and nothing is booked where staff want to look', async () => {
      const { number } = await invoice(1_000n)
      const row = (n: number) => `${on()};11.90;${number!} ${'x'.repeat(n)};Quay;EUR`
      assert.equal((await bring([row(1), row(2)])).booked, 1)
      account = await save({ name: 'By hand', books_sure: false })
      const other = await invoice(1_000n)
      assert.equal((await bring([`${on()};11.90;${other.number!};Quay;EUR`])).booked, 0)
    })

    test('is for staff of the brand who may', async () => {
      await bring([`${on()};5.00;a;b;EUR`])
      const [line] = await lines()
      const foreign = { ...staff, brandIds: ['brd_other'] as readonly string[] }
      const ignore = (by: typeof staff) => ignoreBankLine(means, { line_id: line!.id, reason: 'x' }, by)
      await assert.rejects(ignore(foreign), { code: 'record.not_found' })
      await assert.rejects(ignore(clientActor(client.id)), { code: 'actor.forbidden' })
      await assert.rejects(ignore(staffActor(['bank_line.book'])), { code: 'actor.forbidden' })
    })
  })
