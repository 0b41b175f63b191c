import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer as createPlainServer, type AddressInfo, type Socket } from 'node:net'
import { createServer } from 'node:tls'
import { after, before, test } from 'node:test'
import type { LoadedPlugin } from '../../core/plugins/index.ts'
import { openTestInstance } from '../../sdk/test-kit/index.ts'
import { loadWritten, openBench, report, reporting } from './support/setup.ts'

const fixture = (name: string) => readFileSync(new URL(`./fixtures/tls/${name}`, import.meta.url))
const certificate = fixture('certificate.pem')
const pin = new X509Certificate(certificate).fingerprint256

/** A registry as EPP has them: each message is its length in four bytes, then XML. It greets first. */
const heard: string[] = []
function registry(socket: Socket): void {
  socket.on('error', () => socket.destroy())
  const say = (text: string) => {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(Buffer.byteLength(text) + 4)
    socket.write(Buffer.concat([length, Buffer.from(text)]))
  }
  say('<greeting/>')
  let held = Buffer.alloc(0)
  socket.on('data', (chunk) => {
    held = Buffer.concat([held, chunk])
    while (held.length >= 4 && held.length >= held.readUInt32BE(0)) {
      const message = held.toString('utf8', 4, held.readUInt32BE(0))
      held = held.subarray(held.readUInt32BE(0))
      heard.push(message)
      if (message.includes('logout')) socket.end()
      else if (!message.includes('silence')) say(`<response>${heard.length}</response>`)
    }
  })
}
const server = createServer({ key: fixture('key.pem'), cert: certificate }, registry)
const plain = createPlainServer(registry)
const bench = openBench({ resolver: () => Promise.resolve(['127.0.0.1']) })
const ports = { tls: 0, plain: 0 }
let plugin: LoadedPlugin

/** Reads a message, and writes one, as a plugin does. */
const SPEAK = `
  const read = async (line) => {
    const size = await line.read(4)
    if (size.length < 4) return 'over'
    const bytes = await line.read(new DataView(size.buffer, size.byteOffset).getUint32(0) - 4)
    return new TextDecoder().decode(bytes)
  }
  const write = (line, text) => line.write(text, { secrets: 'xml', framed: true })
  const attempt = (act) => act().catch((error) => error.code + ' ' + error.message)`

before(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  await new Promise<void>((done) => plain.listen(0, '127.0.0.1', done))
  ports.tls = (server.address() as AddressInfo).port
  ports.plain = (plain.address() as AddressInfo).port
  plugin = await loadWritten('epp', {
    code: reporting(`${SPEAK}; const { tcp, settings, secret } = context; const port = ${ports.tls}; const said = []
      for (const step of settings.steps.split(' ')) {
        if (step === 'session') {
          const line = await tcp.open(settings.registry, port)
          said.push(await read(line))
          await write(line, '<pw>' + secret.header('password') + '</pw>')
          said.push(await read(line))
          await write(line, '<logout/>')
          said.push(await read(line))
          await line.close()
        }
        if (step === 'elsewhere') said.push(await attempt(() => tcp.open('evil.example.org', port)))
        if (step === 'port') said.push(await attempt(() => tcp.open(settings.registry, 443)))
        if (step === 'many') for (let i = 0; i < 5; i++) said.push(await attempt(async () => { await (await tcp.open(settings.registry, port)).close(); return 'open' }))
        if (step === 'unbound') { const line = await tcp.open(settings.registry, port); said.push(await attempt(() => line.write(secret.header('other')))) }
        if (step === 'closed') { const line = await tcp.open(settings.registry, port); await line.close(); said.push(await attempt(() => line.write('x'))) }
        if (step === 'much') { const line = await tcp.open(settings.registry, port); said.push(await attempt(() => line.read(2_000_000)), await attempt(() => line.write('x'.repeat(1_100_000)))) }
        if (step === 'silence') { const line = await tcp.open(settings.registry, port); await read(line); await write(line, '<silence/>'); said.push(await read(line)) }
      }
      return said.join(' | ')`),
    manifest: {
      permissions: {
        tcp: [{ fromConfig: 'settings.registry', port: ports.tls, secrets: ['password'] }],
        secrets: [{ name: 'password' }, { name: 'other' }],
      },
      settings: {
        type: 'object',
        properties: {
          ...{ registry: { type: 'string' }, steps: { type: 'string' } },
          ...{ password: { type: 'string', secret: true }, other: { type: 'string', secret: true } },
        },
      },
    },
  })
})
after(() => {
  bench.plugins.stop()
  server.close()
  plain.close()
})

function play(steps: string, trusted = true, deadlineMs = 10_000): Promise<string> {
  heard.length = 0
  const host = { host: 'epp.example.com', port: ports.tls, certificateSha256: pin }
  const instance = bench.instance(plugin, {
    settings: { registry: 'epp.example.com', steps },
    secretValues: { password: 'a<b&"c', other: 'x' },
    trustedHosts: trusted ? [host] : [],
  })
  return report(bench, instance, deadlineMs)
}

test('a session over TLS: what comes is read to the byte, a secret goes out in XML and is never inside', async () => {
  assert.equal(await play('session'), '<greeting/> | <response>1</response> | over')
  assert.deepEqual(heard, ['<pw>a&lt;b&amp;&quot;c</pw>', '<logout/>'])
})

test('only to the host and port that are declared, and to no private address without the tick of staff', async () => {
  assert.equal(
    await play('elsewhere port'),
    `E_DENIED A line to "evil.example.org" at port ${ports.tls} is not declared in permissions.tcp of plugin.json. | ` +
      'E_DENIED A line to "epp.example.com" at port 443 is not declared in permissions.tcp of plugin.json.',
  )
  await assert.rejects(play('session', false), {
    code: 'plugin.failed',
    message: /"epp\.example\.com" leads to 127\.0\.0\.1, which is not a public address/,
  })
})

test('four lines a call, with a bound secret, while they are open, and of no more than a mebibyte at once', async () => {
  assert.equal(await play('many'), 'open | open | open | open | E_LIMIT More than 4 lines in one call.')
  assert.equal(await play('unbound'), 'E_DENIED The secret "other" is not bound to this host.')
  assert.equal(await play('closed'), 'E_NETWORK The line to "epp.example.com" is over.')
  assert.match(
    await play('much'),
    /^E_INVALID bytes: must be <= 1048576 \| E_LIMIT The tcp_write is larger than 1 MiB/,
  )
})

test('a registry that does not answer leaves the outcome unknown, and the next call goes well', async () => {
  await assert.rejects(play('silence', true, 1_500), (error: { code: string; params: object }) => {
    assert.equal(error.code, 'plugin.timeout')
    assert.equal((error.params as { outcome_unknown: boolean }).outcome_unknown, true)
    return true
  })
  assert.equal(await play('session'), '<greeting/> | <response>1</response> | over')
})

test('the test kit leads lines to simulators', async () => {
  heard.length = 0
  const instance = openTestInstance({
    secrets: { password: 'pw' },
    outbound: { 'epp.example.com:700': `tcp://127.0.0.1:${ports.plain}` },
  })
  try {
    const line = await instance.context.tcp.open('epp.example.com', 700)
    assert.equal(Buffer.from(await line.read(15)).toString('utf8', 4), '<greeting/>')
    const message = instance.context.secret.header('password')
    await line.write(message, { framed: true })
    assert.equal(Buffer.from(await line.read(26)).toString('utf8', 4), '<response>1</response>')
    assert.deepEqual(heard, ['pw'])
    await line.close()
    await assert.rejects(instance.context.tcp.open('elsewhere.example.com', 700), /No simulator/)
  } finally {
    instance.close()
  }
})
