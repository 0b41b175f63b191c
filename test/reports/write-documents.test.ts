import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import exporter from '../../examples/example-exporter/index.ts'
import { creditInvoice, voidInvoice, type PluginCalls } from '../../core/billing/index.ts'
import { PluginInputTooLarge } from '../../core/plugins/index.ts'
import { checkInput } from '../../core/records/index.ts'
import { setAccountCode, writeDocuments } from '../../core/reports/index.ts'
import { exporterOperations } from '../../sdk/index.ts'
import { actor, draft, issue, makeBuyer, makeGateway } from '../billing/support.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'

for (const engine of engines)
  describe(`documents as a plugin writes them (${engine})`, async () => {
    const database = await makeDatabase(engine)
    after(() => database.remove())

    test('issued ones of the days, with their credit notes and the numbers of accounts, and no void ones', async () => {
      const asked: object[] = []
      const plugins: PluginCalls = {
        call: async <T>(_instance: string, kind: string, operation: string, input: object) => {
          assert.deepEqual([kind, operation], ['exporter', 'write_file'])
          asked.push(checkInput(exporterOperations.write_file.input, input) as object)
          const write = exporter.exporter!({} as never).write_file!
          return (await write(input as never)) as T
        },
      }
      const means = { ...testMeans(database.db, { now: '2026-01-15T10:00:00.000Z' }), plugins }
      const { brand, client } = await makeBuyer(means)
      const instance = await makeGateway(means, [])
      const one = await issue(means, draft(client, { amounts: [1_000n] }))
      const gone = await issue(means, draft(client))
      await voidInvoice(means, { invoice_id: gone.id, reason: 'x' }, actor)
      const note = await creditInvoice(means, { invoice_id: one.id, reason: 'x' }, actor)
      const code = { seller_id: brand.seller_id, account: 'revenue:manual', code: '8400' }
      await setAccountCode(means, code, actor)
      const wanted = { instance_id: instance.id, format: 'csv', from: '2026-01-01', to: '2026-01-31' }
      const file = await writeDocuments(means, wanted, actor)
      assert.equal(file.name, 'documents-2026-01-01-2026-02-01.csv')
      assert.deepEqual(
        file.text
          .trim()
          .split('\r\n')
          .slice(1)
          .map((line) => line.split(',').slice(0, 1).concat(line.split(',').slice(3))),
        [
          [`"${one.number}"`, '"1000"', '"190"', '"1190"', '"EUR"'],
          [`"${note.number}"`, '"-1000"', '"-190"', '"-1190"', '"EUR"'],
        ],
      )
      const [sent] = asked as { documents: { lines: { account: string }[] }[] }[]
      assert.deepEqual(
        sent!.documents.map(({ lines }) => lines.map((line) => line.account)),
        [['8400'], ['8400']],
      )
      // A void of a later month changes no file of an earlier one, and is told in its own.
      means.business.set('2026-02-10T10:00:00.000Z')
      const late = await issue(means, draft(client, { amounts: [700n, 300n] }))
      means.business.set('2026-03-05T10:00:00.000Z')
      await voidInvoice(means, { invoice_id: late.id, reason: 'Never wanted' }, actor)
      const numbers = async (from: string, to: string) => {
        await writeDocuments(means, { ...wanted, from, to }, actor)
        const { documents } = asked.at(-1) as {
          documents: { number: string; kind: string; issued_on: string; gross_minor: string }[]
        }
        return documents.map((sent) => [sent.kind, sent.number, sent.issued_on, sent.gross_minor])
      }
      assert.deepEqual(await numbers('2026-02-01', '2026-02-28'), [
        ['invoice', late.number, '2026-02-10', '1190'],
      ])
      assert.deepEqual(await numbers('2026-03-01', '2026-03-31'), [
        ['credit_note', late.number, '2026-03-05', '-1190'],
      ])
      assert.deepEqual(await numbers('2026-02-01', '2026-03-31'), [])
      const refusals = [
        writeDocuments(means, { ...wanted, to: '2025-12-31' }, actor),
        writeDocuments(means, { ...wanted, instance_id: 'plg_none' }, actor),
        writeDocuments(means, wanted, staffActor(['ledger.read'])),
      ]
      const codes = await Promise.all(
        refusals.map((act) =>
          act.then(
            () => 'done',
            (error: { code: string }) => error.code,
          ),
        ),
      )
      assert.deepEqual(codes, ['input.invalid', 'record.not_found', 'actor.forbidden'])
    })

    test('more of them than the plugin may be handed are fewer days, as too many are', async () => {
      const refuse = PluginInputTooLarge({
        ...{ plugin: 'csv', instance: 'plg_1', operation: 'exporter.write_file' },
        ...{ outcome_unknown: false, bytes: 8_388_609, most: 8_388_608 },
      })
      const means = { ...testMeans(database.db), plugins: { call: () => Promise.reject(refuse) } }
      const instance = await makeGateway(means, [])
      const wanted = { instance_id: instance.id, format: 'csv', from: '2026-01-01', to: '2026-01-31' }
      await assert.rejects(writeDocuments(means, wanted, actor), { code: 'ledger.too_many_documents' })
    })
  })
