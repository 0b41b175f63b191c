import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import fc from 'fast-check'
import { sql } from '../../core/db/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import {
  findReport,
  noteMovements,
  planMovements,
  verifyMovements,
  type ReportQuery,
} from '../../core/reports/index.ts'
import { makeServices } from '../billing/make-services.ts'
import { actor, makeBuyer } from '../billing/support.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'

describe('how the services of a client move', () => {
  const cases: readonly [name: string, wasClient: boolean, [before: bigint, after: bigint][], string[]][] = [
    ['the first one', false, [[0n, 500n]], ['new 500']],
    [
      'two at once',
      false,
      [
        [0n, 500n],
        [0n, 300n],
      ],
      ['new 500', 'new 300'],
    ],
    [
      'one beside another',
      true,
      [
        [500n, 500n],
        [0n, 300n],
      ],
      ['expansion 300'],
    ],
    [
      'a higher and a lower price',
      true,
      [
        [500n, 700n],
        [300n, 100n],
      ],
      ['expansion 200', 'contraction -200'],
    ],
    [
      'one of two goes',
      true,
      [
        [500n, 0n],
        [300n, 300n],
      ],
      ['contraction -500'],
    ],
    [
      'the last one goes',
      true,
      [
        [500n, 0n],
        [0n, 0n],
      ],
      ['churn -500'],
    ],
    [
      'one for another',
      true,
      [
        [500n, 0n],
        [0n, 800n],
      ],
      ['contraction -500', 'expansion 800'],
    ],
    [
      'back again',
      true,
      [
        [0n, 0n],
        [0n, 400n],
      ],
      ['reactivation 400'],
    ],
    ['nothing', true, [[500n, 500n]], []],
  ]
  for (const [name, wasClient, sums, told] of cases)
    test(name, () => {
      const services = sums.map(([beforeMinor, afterMinor], i) => ({
        ...{ serviceId: `svc_${i}`, beforeMinor, afterMinor },
      }))
      assert.deepEqual(
        planMovements(services, wasClient).map(({ kind, movedMinor }) => `${kind} ${movedMinor}`),
        told,
      )
    })

  test('the movements are the whole difference, each service once', () => {
    const sum = fc.bigInt({ min: 0n, max: 1_000n })
    const services = fc.array(fc.record({ beforeMinor: sum, afterMinor: sum }), { maxLength: 6 })
    fc.assert(
      fc.property(services, fc.boolean(), (sums, wasClient) => {
        const moved = planMovements(
          sums.map((one, i) => ({ serviceId: `svc_${i}`, ...one })),
          wasClient,
        )
        const total = (amounts: bigint[]) => amounts.reduce((all, one) => all + one, 0n)
        assert.equal(
          total(moved.map(({ movedMinor }) => movedMinor)),
          total(sums.map(({ beforeMinor, afterMinor }) => afterMinor - beforeMinor)),
        )
        assert.equal(new Set(moved.map(({ serviceId }) => serviceId)).size, moved.length)
        for (const { kind, movedMinor } of moved)
          assert.equal(movedMinor < 0n, kind === 'churn' || kind === 'contraction')
      }),
    )
  })
})

for (const engine of engines)
  describe(`movements of recurring revenue (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db, { now: '2026-01-10T10:00:00.000Z' })
    const { brand } = await makeBuyer(means)
    await makeServices(means, brand, { clients: 2, perClient: 2, nextPeriodOn: '2026-02-01' })
    const services = await db.all<{ id: string; client_id: string }>(
      sql`select id, client_id from services where brand_id = ${brand.id} order by client_id, id`,
    )
    const [a1, a2, b1, b2] = services.map(({ id }) => id)
    const report = findReport('mrr_movements')!
    const queryOf = (from: string, until: string): ReportQuery => ({
      ...{ actor, from: isoDate(from), until: isoDate(until), zone: brand.zone, brandId: brand.id },
    })
    const set = (id: string, minor: bigint, status = 'active') =>
      db.run(sql`
        update services set cycle = '1m', recurring_minor = ${minor}, charged_through = '2026-02-01', billing_status = ${status} where id = ${id}`)
    /** The night after a day. */
    const night = async (day: string): Promise<number> => {
      means.business.set(`${day}T10:00:00.000Z`)
      return noteMovements(means)
    }

    test('every night notes what has moved, once, and the months lead from balance to balance', async () => {
      for (const id of [a1!, a2!, b1!, b2!]) await set(id, 0n)
      await set(a1!, 1_000n)
      await set(b1!, 2_000n)
      assert.equal(await night('2026-01-11'), 2)
      assert.equal(await night('2026-01-11'), 0)
      // A second night finds nothing, whatever has been noted.
      assert.equal(await night('2026-01-12'), 0)
      await set(a2!, 500n)
      await set(b1!, 1_800n)
      assert.equal(await night('2026-01-20'), 2)
      // Of the last day of the month: the night after it is in the next one.
      await set(b1!, 1_800n, 'ended')
      assert.equal(await night('2026-02-01'), 1)
      await set(b2!, 700n)
      await set(a1!, 1_000n, 'ended')
      assert.equal(await night('2026-02-15'), 2)

      const rows = await report.rows(db, queryOf('2026-01-01', '2026-03-01'))
      assert.deepEqual(
        rows.map(({ groups, figures, documents, currency }) => [
          ...[groups.month, groups.movement, currency, figures.mrr, documents],
        ]),
        [
          ['2026-01', 'new', 'EUR', 3_000n, 2],
          ['2026-01', 'expansion', 'EUR', 500n, 1],
          ['2026-01', 'contraction', 'EUR', -200n, 1],
          ['2026-01', 'churn', 'EUR', -1_800n, 1],
          ['2026-01', 'closing', 'EUR', 1_500n, 2],
          ['2026-02', 'opening', 'EUR', 1_500n, 2],
          ['2026-02', 'reactivation', 'EUR', 700n, 1],
          ['2026-02', 'contraction', 'EUR', -1_000n, 1],
          ['2026-02', 'closing', 'EUR', 1_200n, 2],
        ],
      )
      assert.ok(rows.every(({ figures }) => figures.arr === figures.mrr! * 12n))
    })

    test('what a month closes with is what the report of today says', async () => {
      const today = await findReport('mrr')!.rows(db, queryOf('2026-02-15', '2026-02-16'))
      const closing = (await report.rows(db, queryOf('2026-02-01', '2026-03-01'))).at(-1)
      assert.equal(
        today.reduce((sum, row) => sum + row.figures.mrr!, 0n),
        closing?.figures.mrr,
      )
    })

    test('a movement that is lost, and one of another sum, is found; what happens after the night is not', async () => {
      await db.run(sql`update services set updated_at = '2026-02-01T00:00:00.000Z'`)
      assert.deepEqual(await verifyMovements(db), [])
      const bent = async (statement: ReturnType<typeof sql>) => {
        let found: string[] = []
        const undo = new Error('undo')
        const broken = db.transaction(async (trx) => {
          await trx.run(statement)
          found = (await verifyMovements(trx)).map(({ id, problem }) => `${id} ${problem}`)
          throw undo
        })
        await assert.rejects(broken, undo)
        return found
      }
      assert.deepEqual(await bent(sql`delete from recurring_movements where service_id = ${b2!}`), [
        `${b2!} movements sum to 0, it brings 700 a month`,
      ])
      assert.deepEqual(
        await bent(
          sql`update recurring_movements set moved_minor = moved_minor + 1 where service_id = ${a2!}`,
        ),
        [`${a2!} movements sum to 501, it brings 500 a month`],
      )
      const later = sql`update services set recurring_minor = 900, updated_at = '2026-02-15T12:00:00.000Z' where id = ${b2!}`
      assert.deepEqual(await bent(later), [])
    })

    test('every row opens into its services, page by page', async () => {
      const query = queryOf('2026-01-01', '2026-03-01')
      for (const row of await report.rows(db, query)) {
        const seen: string[] = []
        let sum = 0n
        for (let after: string | undefined; ;) {
          const page = await report.documents(db, query, { place: row, after, limit: 1 })
          if (page[0]) {
            seen.push(page[0].id)
            sum += page[0].figures.mrr!
          }
          after = page[0]?.id
          if (page.length <= 1) break
        }
        assert.equal(sum, row.figures.mrr, JSON.stringify(row.groups))
        assert.equal(new Set(seen).size, row.documents)
      }
      const place = { currency: 'EUR', groups: { month: '2026-01', movement: 'churn' } }
      assert.deepEqual(
        (await report.documents(db, query, { place })).map(({ id }) => id),
        [b1],
      )
    })

    test('staff of another brand see none of it', async () => {
      const query = { ...queryOf('2026-01-01', '2026-03-01'), brandId: null }
      const stranger = { ...staffActor(), brandIds: ['brd_other'] }
      assert.deepEqual(await report.rows(db, { ...query, actor: stranger }), [])
    })
  })
