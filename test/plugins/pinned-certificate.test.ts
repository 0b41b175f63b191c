import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import type { LoadedPlugin } from '../../core/plugins/index.ts'
import { loadWritten, openBench, report, reporting } from './support/setup.ts'

const fixture = (name: string) => readFileSync(new URL(`./fixtures/tls/${name}`, import.meta.url))
const certificate = fixture('certificate.pem')
const requests: string[] = []
const server = createServer({ key: fixture('key.pem'), cert: certificate }, (request, response) => {
  requests.push(request.url ?? '')
  response.end('panel')
})
const bench = openBench({ resolver: () => Promise.resolve(['127.0.0.1']) })
let plugin: LoadedPlugin
let port = 0
before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
  plugin = await loadWritten('pinned', {
    code: reporting(`try { return await (await fetch(context.settings.panel + '/x')).text() }
      catch (error) { return error.code + ' ' + error.message }`),
    manifest: {
      permissions: { network: [{ fromConfig: 'settings.panel' }] },
      settings: { type: 'object', properties: { panel: { type: 'string' } } },
    },
  })
})
after(() => {
  bench.plugins.stop()
  server.close()
})

async function reach(certificateSha256: string | undefined): Promise<string> {
  const trusted = { host: 'panel.example.com', port }
  return report(
    bench,
    bench.instance(plugin, {
      settings: { panel: `https://panel.example.com:${port}` },
      trustedHosts: [certificateSha256 === undefined ? trusted : { ...trusted, certificateSha256 }],
    }),
  )
}

test('a self-signed certificate is taken only when it is the pinned one, and nothing is sent before', async () => {
  const where = `"panel.example.com" at port ${port}`
  assert.equal(await reach(undefined), `E_NETWORK ${where} cannot be reached: self-signed certificate`)
  assert.equal(
    await reach('00'.repeat(32)),
    `E_NETWORK ${where} shows another certificate than the one pinned.`,
  )
  assert.deepEqual(requests, [])
  assert.equal(await reach(new X509Certificate(certificate).fingerprint256), 'panel')
  assert.deepEqual(requests, ['/x'])
})
