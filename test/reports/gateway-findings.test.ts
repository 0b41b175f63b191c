import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { account, readGatewayMoney, verifyBooks, type Payments } from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import {
  allReports,
  reconcileBooks,
  repairDiscrepancy,
  type DiscrepancyRow,
} from '../../core/reports/index.ts'
import { eur, holds, movement, payout, toldBy, type Script } from '../billing/payouts/support.ts'
import { actor, makeBuyer, makeGateway, scriptedGateway } from '../billing/support.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { testMeans } from '../support/means.ts'

for (const engine of engines)
  describe(`what gateways tell and the books have not (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db, { now: '2026-01-15T10:00:00.000Z' })
    const { brand } = await makeBuyer(means)
    const gateway = await makeGateway(means, ['start_payment', 'fee_report', 'list_payouts'])
    const idle: Payments = { ...means, plugins: scriptedGateway([]) }
    const read = (script: Script) => readGatewayMoney({ ...means, plugins: toldBy(script) })
    const open = async (): Promise<DiscrepancyRow[]> => {
      await reconcileBooks(means)
      return db.all<DiscrepancyRow>(sql`select * from discrepancies where status = 'open' order by kind`)
    }
    const odd = movement({ reference: 'txn_odd', of: 'pi_shop' })
    const rest = movement({ reference: 'txn_fee', kind: 'fee', amount: eur(-50), fee: eur(0) })
    const told = (items: object[], amount: number) => ({
      fee_report: () => ({ fees: [odd] }),
      list_payouts: () => ({
        payouts: [payout({ reference: 'po_1', amount: eur(amount), items: items as never, itemised: true })],
      }),
    })

    test('money for nothing known is found after a day and taken as told, once', async () => {
      await read({ fee_report: () => ({ fees: [odd] }), list_payouts: () => ({ payouts: [] }) })
      assert.deepEqual(await open(), [], 'its payment may still be on its way')
      means.business.advance(2)
      const [row, ...others] = await open()
      assert.deepEqual([row?.kind, row?.amount_minor, others], ['unmatched_movement', 1_190n, []])
      assert.deepEqual(JSON.parse(row!.detail), {
        ...{ gateway: 'Cards', reference: 'pi_shop', what: 'payment', day: '2026-01-15' },
      })
      const repair = () => repairDiscrepancy(idle, { discrepancy_id: row!.id }, actor)
      await repair()
      await assert.rejects(repair, /is repaired/)
      assert.deepEqual(await holds(db, account.gateway(gateway.id)), { EUR: 1_150n })
      assert.deepEqual(await open(), [])
      assert.deepEqual(await verifyBooks(db, isoDate('2026-01-17')), [])
    })

    test('a payout that is not the sum of its parts is found, asked for again, and found again', async () => {
      await read(told([odd], 1_100))
      const [row] = await open()
      assert.deepEqual(
        [row?.kind, row?.amount_minor, JSON.parse(row!.detail).open],
        ['payout_differs', 1_100n, '1150'],
      )
      await repairDiscrepancy(idle, { discrepancy_id: row!.id }, actor)
      assert.equal(means.jobs.of('billing.read_gateways').length, 1)
      await read(told([odd], 1_100))
      assert.deepEqual(
        (await open()).map(({ kind }) => kind),
        ['payout_differs'],
      )
      // The gateway tells what it had left out.
      await read(told([odd, rest], 1_100))
      assert.deepEqual(await open(), [])
      assert.deepEqual(await holds(db, account.gateway(gateway.id)), {})
    })

    test('the report of gateways agrees with the ledger and opens into what is behind it', async () => {
      const report = allReports.find(({ key }) => key === 'gateways')!
      const query = {
        ...{ actor, brandId: brand.id, zone: 'UTC' },
        ...{ from: isoDate('2026-01-01'), until: isoDate('2026-02-01') },
      }
      const rows = await report.rows(db, query as never)
      const sumOf = (key: string) => rows.reduce((sum, { figures }) => sum + figures[key]!, 0n)
      assert.equal(sumOf('fee'), (await holds(db, account.gatewayFees(gateway.id))).EUR)
      assert.equal(sumOf('cleared'), 0n)
      const sent = rows.find(({ groups }) => groups.movement === 'payout')!
      const place = { currency: 'EUR', groups: sent.groups }
      const documents = await report.documents(db, query as never, { place } as never)
      assert.deepEqual(
        documents.map(({ id, figures }) => [id.slice(0, 3), figures.cleared]),
        [['pyo', -1_100n]],
      )
    })
  })
