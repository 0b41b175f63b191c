import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { checkPayment, startPayment } from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { pluginCalls, type LoadedPlugin } from '../../core/plugins/index.ts'
import { actor, draft, issue, makeBuyer, makeGateway } from '../billing/support.ts'
import { openLoopback } from '../plugins/support/loopback.ts'
import { loadWritten, openBench } from '../plugins/support/setup.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { testMeans } from '../support/means.ts'

const INVOICES = 10
const PROVIDER_MS = 40

/** Charges under the key that core made, and tells what became of a key. */
const GATEWAY = `
const ask = async (path, init) => (await fetch('https://api.example.com' + path, init)).json()
const outcomeOf = (charge) => charge.reference
  ? { outcome: 'succeeded', reference: charge.reference, amount: charge.amount }
  : { outcome: 'absent' }
export default { gateway: () => ({
  async start_payment({ idempotency_key, amount }) {
    return outcomeOf(await ask('/charge/' + idempotency_key, { method: 'POST', body: JSON.stringify(amount) }))
  },
  async look_up({ idempotency_key }) { return outcomeOf(await ask('/charge/' + idempotency_key)) },
}) }`

for (const engine of engines) {
  describe(`plugin hosts killed while clients pay (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    const charges = new Map<string, object>()
    /** While it stands, the provider has acted and does not answer. */
    let held: PromiseWithResolvers<void> | undefined
    const provider = await openLoopback((request, response) => {
      const key = request.url ?? ''
      if (request.method === 'POST' && !charges.has(key))
        charges.set(key, {
          reference: `ch_${charges.size + 1}`,
          amount: JSON.parse(provider.seen.at(-1)!.body) as object,
        })
      void (held?.promise ?? wait(PROVIDER_MS)).then(() =>
        response.end(JSON.stringify(charges.get(key) ?? {})),
      )
    })
    after(async () => {
      provider.close()
      await remove()
    })
    const means = testMeans(db)
    const { client } = await makeBuyer(means)
    const gateway = await makeGateway(means, ['start_payment', 'look_up'])
    const loaded: LoadedPlugin = await loadWritten('charging', {
      code: GATEWAY,
      manifest: {
        kinds: { gateway: ['start_payment', 'look_up'] },
        permissions: { network: [{ host: 'api.example.com' }] },
      },
    })

    /** Pays a document as an impatient client would, until it is paid; the host is killed in the first attempt. */
    const payUntilPaid = async (invoiceId: string, moment: number | 'charging'): Promise<string[]> => {
      const bench = openBench({ outbound: { 'api.example.com': provider.origin } })
      const plugins = pluginCalls({
        ...{ ...means, plugins: () => bench.plugins },
        loaded: { find: () => Promise.resolve(loaded) },
      })
      const payments = { ...means, plugins }
      const input = {
        invoice_id: invoiceId,
        instance_id: gateway.id,
        return_url: 'https://a/b',
        cancel_url: 'https://a/c',
      }
      const seen: string[] = []
      held = moment === 'charging' ? Promise.withResolvers() : undefined
      const killed = (async () => {
        const before = provider.seen.length
        while ((await bench.plugins.health()).hosts.length === 0) await wait(1)
        if (moment === 'charging') while (provider.seen.length === before) await wait(1)
        else await wait(moment)
        for (const { pid } of (await bench.plugins.health()).hosts)
          if (pid !== undefined) process.kill(pid, 'SIGKILL')
        held?.resolve()
        held = undefined
      })()
      try {
        while (seen.at(-1) !== 'succeeded') {
          assert.ok(seen.length < 10, `${invoiceId}: ${seen.join(' ')}`)
          const attempt = await startPayment(payments, input, actor).catch(() => undefined)
          seen.push(attempt?.status ?? 'failed')
          for (let n = 0; attempt && seen.at(-1) === 'unknown' && n < 10; n++)
            seen.push((await checkPayment(payments, { payment_id: attempt.id }, actor)).status)
        }
      } finally {
        await killed
        bench.plugins.stop()
      }
      return seen
    }

    test('each document is paid once, and what is unknown is asked about before anything is tried again', async () => {
      const ways: string[] = []
      for (let n = 0; n < INVOICES; n++) {
        const { id } = await issue(means, draft(client))
        // Every second one while the provider charges: its answer is then lost for certain.
        const moment = n % 2 === 0 ? 'charging' : 80 + Math.floor(Math.random() * 400)
        const way = await payUntilPaid(id, moment)
        if (moment === 'charging') assert.deepEqual(way, ['unknown', 'succeeded'])
        ways.push(`${moment}: ${way.join(' ')}`)
      }
      const why = ways.join('\n')
      const transactions = await db.all<{ reference: string }>(
        sql`select reference from transactions where instance_id = ${gateway.id} order by reference`,
      )
      const taken = [...charges.values()].map((charge) => (charge as { reference: string }).reference).sort()
      assert.deepEqual(transactions.map(({ reference }) => reference).sort(), taken, why)
      assert.equal(taken.length, INVOICES, why)
      const unpaid = await db.all(
        sql`select id from payments where status in ('unknown', 'created', 'pending')`,
      )
      assert.deepEqual(unpaid, [], why)
    })
  })
}
