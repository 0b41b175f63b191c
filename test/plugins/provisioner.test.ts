import assert from 'node:assert/strict'
import { after, test } from 'node:test'
// Areas declare the hooks that there are.
import '../../core/billing/index.ts'
import type { HookEvent, ProvisionInput } from '../../sdk/index.ts'
import { failureName } from '../../core/plugins/index.ts'
import { openLoopback } from './support/loopback.ts'
import { loadWritten, openBench } from './support/setup.ts'

const panel = await openLoopback((_request, response) => response.end('{"id":7}'))
const bench = openBench({ wards: 3, outbound: { 'panel.example.com:8443': panel.origin } })
after(() => {
  bench.plugins.stop()
  panel.close()
})

const CODE = `export default {
  provisioner: () => ({
    async create({ server, service }) {
      const response = await fetch(server.settings.hostname + '/servers', {
        method: 'POST',
        headers: { authorization: 'Bearer ' + server.settings.token },
        body: service.external_id,
      })
      const { id } = await response.json()
      return { outcome: 'done', remote_id: String(id) }
    },
    async describe({ server }) {
      return { state: 'live', detail: JSON.stringify(server.settings) }
    },
  }),
  observe: (context) => ({
    'invoice.paid': async (event) => { context.log.info('paid', { id: event.id }) },
  }),
}`
const MANIFEST = {
  kinds: { provisioner: ['create', 'describe'] },
  hooks: ['invoice.paid'],
  permissions: {
    network: [{ fromConfig: 'server.hostname', secrets: ['server.token'] }],
    secrets: [{ name: 'server.token' }],
  },
  server_settings: {
    type: 'object',
    properties: {
      hostname: { type: 'string' },
      token: { type: 'string', secret: true },
      undeclared: { type: 'string', secret: true },
    },
  },
}
const instance = bench.instance(await loadWritten('panel', { code: CODE, manifest: MANIFEST }))

const INPUT: ProvisionInput = {
  server: {
    id: 'srv_1',
    settings: { hostname: 'https://panel.example.com:8443', token: 'ciphertext', undeclared: 'ciphertext' },
  },
  service: {
    external_id: 'svc_1',
    label: 'A server',
    settings: {},
    client: { id: 'cli_1', name: 'A', email: 'a@example.com', locale: 'en' },
  },
}
const server = {
  id: 'srv_1',
  secrets: (name: string) => Promise.resolve(name === 'token' ? 'ptla_1' : undefined),
}

test('a provisioner reaches the host that staff typed, with the secret of that server', async () => {
  const request = { input: INPUT, deadlineMs: 10_000, server }
  const answer = await bench.plugins.call(instance, 'provisioner', 'create', request)
  assert.deepEqual(answer, { outcome: 'done', remote_id: '7' })
  assert.equal(panel.seen[0]?.headers.authorization, 'Bearer ptla_1')
  assert.equal(panel.seen[0]?.headers.host, 'panel.example.com:8443')
})

test('secrets of a server are tokens inside, and undeclared ones are not there at all', async () => {
  const request = { input: INPUT, deadlineMs: 10_000, server }
  const answer = (await bench.plugins.call(instance, 'provisioner', 'describe', request)) as {
    detail: string
  }
  const settings = JSON.parse(answer.detail) as Record<string, string>
  assert.deepEqual(Object.keys(settings), ['hostname', 'token'])
  assert.match(settings['token'] ?? '', /^bsk_[0-9a-f]{24}\.raw\.\.server\.token\.end$/)
})

test('a secret of the server that plugin.json may read is the value itself, and no log repeats it', async () => {
  const secrets = [{ name: 'server.token', read: true }, { name: 'server.other' }]
  const fields = { ...MANIFEST.server_settings.properties, other: { type: 'string', secret: true } }
  const reader = await loadWritten('reader', {
    code: `export default { provisioner: (context) => ({
      async describe({ server }) {
        context.log.info('signing with ' + server.settings.token)
        return { state: 'live', detail: JSON.stringify(server.settings) }
      },
    }) }`,
    manifest: {
      ...{ kinds: { provisioner: ['describe'] }, permissions: { secrets } },
      server_settings: { type: 'object', properties: fields },
    },
  })
  const values = new Map([
    ['token', 'ptla_1'],
    ['other', 'ptlc_1'],
    ['undeclared', 'hidden'],
  ])
  const of = { id: 'srv_1', secrets: (name: string) => Promise.resolve(values.get(name)) }
  const request = { input: INPUT, deadlineMs: 10_000, server: of }
  const answer = (await bench.plugins.call(bench.instance(reader), 'provisioner', 'describe', request)) as {
    detail: string
  }
  const settings = JSON.parse(answer.detail) as Record<string, string>
  assert.deepEqual(Object.keys(settings), ['hostname', 'token', 'other'])
  assert.equal(settings['token'], 'ptla_1')
  assert.match(settings['other'] ?? '', /^bsk_/)
  assert.equal(bench.lines.find(({ plugin }) => plugin === 'reader')?.text, 'signing with •••')
})

test('a listed hook hears its event; another one is never called', async () => {
  const input: HookEvent = {
    ...{
      id: 'evt_1',
      type: 'invoice.paid',
      version: 1,
      subject: 'inv_1',
      brand_id: 'brd_1',
      client_id: 'cli_1',
    },
    ...{ occurred_at: '2026-01-15T10:00:00.000Z', actor: 'system:test', body: { id: 'inv_1' } },
    ...{ causes: [], own: false },
  }
  const request = { input, deadlineMs: 10_000 }
  assert.equal(await bench.plugins.call(instance, 'observe', 'invoice.paid', request), null)
  assert.deepEqual(
    bench.lines
      .filter(({ plugin }) => plugin === 'panel')
      .map(({ operation, level, text }) => [operation, level, text]),
    [['observe.invoice.paid', 'info', 'paid {"id":"evt_1"}']],
  )
  assert.equal(
    await bench.plugins.call(instance, 'observe', 'invoice.issued', request).catch(failureName),
    'E_DENIED',
  )
})

test('with three wards a gateway and a provisioner run in different processes', async () => {
  const source = `export default { gateway: () => ({ handle_event: async () => ({ facts: [] }) }) }`
  const gateway = bench.instance(await loadWritten('gateway', { code: source }))
  const input = { body: '', headers: {}, verified: true }
  await bench.plugins.call(gateway, 'gateway', 'handle_event', { input, deadlineMs: 10_000 })
  const { hosts } = await bench.plugins.health()
  assert.deepEqual(hosts.map(({ ward }) => ward).sort(), ['fleet', 'money'])
  assert.equal(new Set(hosts.map(({ pid }) => pid)).size, 2)
})

test("input that does not fit the SDK's schema never leaves core", async () => {
  const request = { input: { ...INPUT, extra: 1 }, deadlineMs: 10_000, server }
  await assert.rejects(bench.plugins.call(instance, 'provisioner', 'create', request), {
    name: 'TypeError',
    message: `Core's input for provisioner.create does not fit: the whole: the key "extra" is not known.`,
  })
})
