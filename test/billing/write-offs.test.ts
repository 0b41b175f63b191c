import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import {
  balancesBefore,
  bookDispute,
  creditInvoice,
  getInvoice,
  overrideSetting,
  readStatement,
  recordPayment,
  verifyBooks,
  writeOffInvoice,
  type Payments,
} from '../../core/billing/index.ts'
import { execute, sql } from '../../core/db/index.ts'
import { addDays, isoDate } from '../../core/kernel/index.ts'
import { allReports, type ReportQuery } from '../../core/reports/index.ts'
import { up } from '../../migrations/0051_write_offs.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { liftLocks } from './verify/broken.ts'
import { actor, draft, issue, makeBuyer, makeGateway, scriptedGateway } from './support.ts'

const staff = staffActor()

for (const engine of engines)
  describe(`claims that are given up (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db, { now: '2026-01-10T10:00:00.000Z' })
    const gateway = await makeGateway(means)
    const using: Payments = { ...means, plugins: scriptedGateway([]) }
    let day = isoDate('2026-01-10')
    const nextDay = () => {
      day = addDays(day, 1)
      means.business.set(`${day}T10:00:00.000Z`)
    }
    let references = 0
    const pay = async (invoice_id: string, amount_minor: string) => {
      const reference = `CARD-${++references}`
      const money = { invoice_id, instance_id: gateway.id, amount_minor, reference }
      await recordPayment(using, money, staff)
      return reference
    }
    const dispute = (reference: string, minor: string, status: 'won' | 'lost' | 'open') =>
      db.transaction((trx) => {
        const fact = {
          ...{ fact: 'dispute' as const, reference: `dp_${reference}`, status, reason: 'fraudulent' },
          ...{ payment_reference: reference, amount: { minor, currency: 'EUR' } },
        }
        return bookDispute(means, trx, { instanceId: gateway.id, fact }, actor)
      })
    const giveUp = (invoice_id: string) => writeOffInvoice(means, { invoice_id, reason: 'Gone' }, staff)
    const status = async (id: string) => (await getInvoice(db, id, actor)).status
    const balance = async (account: string, clientId: string) => {
      const row = await db.get<{ balance_minor: bigint | null }>(
        sql`select sum(amount_minor) as balance_minor from postings where account = ${account} and client_id = ${clientId}`,
      )
      return row!.balance_minor ?? 0n
    }

    /** What of a dispute is not decided, by the ledger. */
    const inDispute = async (reference: string) => {
      const row = await db.get<{ minor: bigint | null }>(sql`
        select sum(p.amount_minor) as minor from disputes d join journals j on j.source_id = d.id join postings p on p.journal_id = j.id
        where d.reference = ${`dp_${reference}`} and p.account = 'disputes'`)
      return Number(row!.minor ?? 0)
    }

    /** Debt by age and the ledger say the same of every day until now. */
    async function agesAsLedger(brandId: string): Promise<bigint[]> {
      const report = allReports.find(({ key }) => key === 'aged_debt')!
      const owed: bigint[] = []
      for (let on = isoDate('2026-01-10'); on <= day; on = addDays(on, 1)) {
        const until = addDays(on, 1)
        const query: ReportQuery = { actor, from: on, until, zone: 'Europe/Berlin', brandId }
        const rows = await report.rows(db, query)
        const sum = rows.reduce((total, { figures }) => total + figures.owed!, 0n)
        const held = (await balancesBefore(db, until, { actor, brandId })).filter(
          ({ account }) => account === 'receivable',
        )
        assert.equal(
          sum,
          held.reduce((total, row) => total + row.balance_minor, 0n),
          on,
        )
        owed.push(sum)
      }
      return owed
    }

    test('are given up, paid after all, charged back and given up again, in three rounds', async () => {
      const { brand, client } = await makeBuyer(means)
      const { id, number } = await issue(means, draft(client))
      const start = day
      for (const round of [1, 2, 3]) {
        nextDay()
        assert.equal((await giveUp(id)).status, 'written_off')
        assert.deepEqual(
          [await balance('write_offs', client.id), await balance('receivable', client.id)],
          [1_190n, 0n],
        )
        assert.deepEqual(await verifyBooks(db, day), [])
        nextDay()
        const reference = await pay(id, '1190')
        assert.equal(await status(id), 'paid', `round ${round}`)
        assert.deepEqual(
          [await balance('write_offs', client.id), await balance('receivable', client.id)],
          [0n, 0n],
        )
        nextDay()
        await dispute(reference, '1190', 'lost')
        assert.equal(await status(id), 'issued')
        assert.deepEqual(
          [await balance('write_offs', client.id), await balance('receivable', client.id)],
          [0n, 1_190n],
        )
        assert.deepEqual(await verifyBooks(db, day), [])
      }
      const round = [0n, 0n, 1_190n]
      assert.deepEqual(await agesAsLedger(brand.id), [1_190n, ...round, ...round, ...round])
      const { entries } = await readStatement(means, { client_id: client.id, from: start, to: day }, staff)
      const given = entries.filter(({ kind }) => kind === 'invoice_written_off')
      assert.deepEqual(
        given.map((one) => [one.reference, one.invoiceId, one.amountMinor]),
        Array.from({ length: 3 }, () => [number, id, -1_190n]),
      )
      await assert.rejects(giveUp((await issue(means, draft(client, { amounts: [0n] }))).id), {
        code: 'state.illegal',
      })
    })

    test('twice, and the bank gives the money back after all: as much of the loss is none', async () => {
      const { brand, client } = await makeBuyer(means)
      const { id } = await issue(means, draft(client))
      await db.insert('settings', [
        {
          ...{ scope: 'brand', scope_id: brand.id, key: 'billing.dispute_reopens', value: 'true' },
          ...{ updated_by: 'usr_staff', updated_at: means.business.now() },
        },
      ])
      await giveUp(id)
      nextDay()
      const reference = await pay(id, '1190')
      await dispute(reference, '1190', 'open')
      nextDay()
      await giveUp(id)
      nextDay()
      await dispute(reference, '1190', 'won')
      assert.equal(await status(id), 'paid')
      assert.deepEqual(
        [await balance('write_offs', client.id), await balance('client_credit', client.id)],
        [0n, 0n],
      )
      await agesAsLedger(brand.id)
      assert.deepEqual(await verifyBooks(db, day), [])
    })

    test('with a part that came, and a part that a note has credited', async () => {
      const { brand, client } = await makeBuyer(means)
      const { id } = await issue(means, draft(client))
      await pay(id, '190')
      nextDay()
      await giveUp(id)
      nextDay()
      const reference = await pay(id, '400')
      assert.equal(await status(id), 'written_off')
      assert.equal(await balance('write_offs', client.id), 600n)
      nextDay()
      const rest = await pay(id, '600')
      await dispute(rest, '600', 'lost')
      nextDay()
      await creditInvoice(
        means,
        { invoice_id: id, lines: [{ position: 1, amount_minor: '100' }], reason: 'Part' },
        staff,
      )
      await giveUp(id)
      assert.equal(await balance('write_offs', client.id), 481n)
      await dispute(reference, '400', 'lost')
      // Nobody asks for it again: it is lost like the rest.
      assert.deepEqual([await balance('write_offs', client.id), await status(id)], [881n, 'written_off'])
      assert.equal(await inDispute(reference), 0)
      await agesAsLedger(brand.id)
      assert.deepEqual(await verifyBooks(db, day), [])
    })

    test('with a part of which the bank takes back some, and gives it back after all', async () => {
      const { brand, client } = await makeBuyer(means)
      const { id } = await issue(means, draft(client))
      const reopens = { key: 'billing.dispute_reopens', scope: 'brand', scope_id: brand.id, value: true }
      await overrideSetting(means, reopens, staff)
      const reference = await pay(id, '500')
      nextDay()
      await giveUp(id)
      const loss = async () => [
        await balance('write_offs', client.id),
        await balance('receivable', client.id),
      ]
      assert.deepEqual(await loss(), [690n, 0n])
      nextDay()
      await dispute(reference, '300', 'open')
      assert.deepEqual([await loss(), await inDispute(reference)], [[990n, 0n], 0])
      assert.deepEqual(await verifyBooks(db, day), [])
      nextDay()
      await dispute(reference, '300', 'won')
      assert.deepEqual([await loss(), await inDispute(reference)], [[690n, 0n], 0])
      await pay(id, '690')
      assert.deepEqual([await loss(), await status(id)], [[0n, 0n], 'paid'])
      await agesAsLedger(brand.id)
      assert.deepEqual(await verifyBooks(db, day), [])
    })

    test('of before are noted with the day of their money, each under its document', async () => {
      const { client } = await makeBuyer(means)
      const [gone, again] = [(await issue(means, draft(client))).id, (await issue(means, draft(client))).id]
      for (const id of [gone, again]) await giveUp(id)
      const since = means.business.now()
      nextDay()
      const reference = await pay(again, '1190')
      const paidAt = means.business.now()
      nextDay()
      await dispute(reference, '1190', 'lost')
      const undo = new Error('undo')
      const asBefore = db.transaction(async (trx) => {
        await liftLocks(trx)
        await trx.run(sql`
          update journals set source_id = (select w.invoice_id from write_offs w where w.id = journals.source_id)
          where kind = 'invoice_written_off' and source_id in (select id from write_offs where invoice_id in (${gone}, ${again}))`)
        await trx.run(
          sql`update journals set kind = 'other' where kind = 'invoice_written_off' and source_id not in (${gone}, ${again})`,
        )
        await execute(trx, 'drop table write_offs')
        await up(trx)
        const rows = await trx.all<{ id: string }>(
          sql`select id, invoice_id, client_id, currency, amount_minor, created_at, recovered_at from write_offs order by id`,
        )
        const of = { client_id: client.id, currency: 'EUR', amount_minor: 1_190n, created_at: since }
        assert.deepEqual(
          rows.map((row) => ({ ...row })),
          [
            { id: gone, invoice_id: gone, ...of, recovered_at: null },
            { id: again, invoice_id: again, ...of, recovered_at: paidAt },
          ],
        )
        throw undo
      })
      await assert.rejects(asBefore, undo)
    })

    test('are found where nothing says since when', async () => {
      const { client } = await makeBuyer(means)
      const { id } = await issue(means, draft(client))
      await giveUp(id)
      const undo = new Error('undo')
      await assert.rejects(
        db.transaction(async (trx) => {
          await trx.run(sql`update write_offs set recovered_at = created_at where invoice_id = ${id}`)
          const found = await verifyBooks(trx, day)
          assert.deepEqual(
            found.map((finding) => [finding.check, finding.id]),
            [['what is given up says so once', id]],
          )
          throw undo
        }),
        undo,
      )
    })
  })
