import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql } from '../../core/db/index.ts'
import { pluginCalls, type LoadedPlugin } from '../../core/plugins/index.ts'
import { draft, issue, makeBuyer, makeGateway } from '../billing/support.ts'
import { loadWritten, openBench, type Bench } from '../plugins/support/setup.ts'
import { engines, makeDatabase, type TestDatabase } from '../support/databases.ts'
import { makeMembership, makeUser, PASSWORD } from '../support/make.ts'
import { testMeans, type TestMeans } from '../support/means.ts'
import { startWeb, type Web, type WebBrowser } from '../support/web.ts'

const DEADLINE_MS = 1_500
const FAULTS_UNTIL_REST = 5

/** What a gateway does instead of starting a payment. Nothing has left it, so the attempt has failed and may be repeated. */
const MISDEEDS: Record<string, { code: string; fault: RegExp }> = {
  loops: { code: 'for (;;);', fault: /no answer within its limit/ },
  'bombs memory': {
    code: "const kept = []; for (;;) kept.push('x'.repeat(1_000) + kept.length)",
    fault: /used more memory than it may|no answer within its limit/,
  },
  'never answers': {
    code: 'return new Promise(() => undefined)',
    fault: /no answer within its limit/,
  },
  throws: { code: "throw new Error('out of order')", fault: /out of order/ },
  'answers nonsense': { code: "return 'nonsense'", fault: /its answer does not fit/ },
  'asks for a host that it did not declare': {
    code: "await fetch('https://elsewhere.example/'); return { outcome: 'absent' }",
    fault: /No host is declared/,
  },
}

const plain = (html: string): string => html.replaceAll('&quot;', '"')

for (const engine of engines) {
  describe(`a page while its plugin misbehaves (${engine})`, () => {
    const loaded = new Map<string, LoadedPlugin>()
    let database: TestDatabase
    let means: TestMeans
    let bench: Bench
    let web: Web
    let browser: WebBrowser
    let client: Awaited<ReturnType<typeof makeBuyer>>['client']
    before(async () => {
      database = await makeDatabase(engine)
      means = testMeans(database.db)
      bench = openBench()
      const calls = pluginCalls({
        ...{ ...means, plugins: () => bench.plugins },
        loaded: { find: ({ plugin_id }) => Promise.resolve(loaded.get(plugin_id)) },
      })
      web = await startWeb(means, {
        plugins: {
          call: (...[instance, kind, operation, input, options]) =>
            calls.call(instance, kind, operation, input, { ...options, deadlineMs: DEADLINE_MS }),
        },
      })
      const buyer = await makeBuyer(means)
      client = buyer.client
      const user = await makeUser(means, { realm_id: buyer.brand.realm_id })
      await makeMembership(means, { client_id: client.id, user_id: user.id })
      browser = web.browser()
      await browser.signIn(user.email, PASSWORD)
    })
    after(async () => {
      await web.close()
      bench.plugins.stop()
      await database.remove()
    })

    const install = async (id: string, code: string) => {
      const gateway = await makeGateway(means, ['start_payment'])
      const source = `export default { gateway: () => ({ async start_payment() { ${code} } }) }`
      const manifest = { kinds: { gateway: ['start_payment'] } }
      loaded.set(gateway.plugin_id, await loadWritten(id, { code: source, manifest }))
      return gateway.id
    }
    /** Sends the form of a fresh invoice's pay page. */
    const pay = async (instance: string) => {
      const { id } = await issue(means, draft(client))
      const path = `/portal/invoices/${id}/pay`
      assert.equal((await browser.get(path)).status, 200)
      const answer = await browser.post(path, { gateway: instance })
      const payment = await means.db.get<{ status: string }>(
        sql`select status from payments where invoice_id = ${id}`,
      )
      return { path, answer, payment: payment?.status }
    }
    const faults = (instance: string) =>
      bench.incidents.filter((one) => one.instance === instance && /^(fault|failed)$/.test(one.kind))

    for (const [what, misdeed] of Object.entries(MISDEEDS)) {
      test(`one that ${what}: named in the log, the attempt is settled, and every page is served`, async () => {
        const id = `gateway-${what.replace(/\W+/g, '-')}`.slice(0, 40)
        const instance = await install(id, misdeed.code)
        const paying = pay(instance)
        // A visitor beside it does not notice.
        assert.equal((await web.browser().get('/sign-in')).status, 200)
        const { path, answer, payment } = await paying
        assert.equal(answer.status, 502)
        assert.ok(plain(answer.text).includes(`Plugin "${id}" (${instance}), gateway.start_payment`))
        assert.equal(payment, 'failed')
        const [fault] = faults(instance)
        assert.ok(fault, 'the fault is logged')
        assert.match(fault.detail, misdeed.fault)
        assert.ok(fault.detail.includes(`Plugin "${id}" (${instance}), gateway.start_payment`), fault.detail)
        const page = await browser.get(path)
        assert.equal(page.status, 200)
        assert.match(page.text, /€11\.90/)
      })
    }

    test('after repeated faults it rests, and the page says so without asking it', async () => {
      const instance = await install('gateway-weary', "return 'nonsense'")
      for (let n = 0; n < FAULTS_UNTIL_REST; n++) await pay(instance)
      assert.equal(faults(instance).length, FAULTS_UNTIL_REST)
      const { answer, payment, path } = await pay(instance)
      assert.equal(answer.status, 502)
      assert.match(answer.text, /paused after repeated faults/)
      assert.equal(payment, 'failed')
      assert.equal(faults(instance).length, FAULTS_UNTIL_REST)
      assert.equal((await browser.get(path)).status, 200)
    })
  })
}
