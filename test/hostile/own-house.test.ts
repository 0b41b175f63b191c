// Permissions, network: no plugin reaches the installation that runs it, by no name and no redirect, whatever was granted.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openLoopback } from '../plugins/support/loopback.ts'
import { attack } from './hostile.ts'

test('rule: a plugin cannot send itself events, nor act through our API, and so cause what it is told of for ever', async () => {
  const shop = await openLoopback((_request, response) => response.end('{"received":true}'))
  const outside = await openLoopback((_request, response) =>
    response.writeHead(307, { location: 'https://shop.example.com/webhooks/plg_1' }).end(),
  )
  try {
    const code = `
      const attempt = (act) => act().then((r) => String(r.status), (error) => error.code + ' ' + error.message)
      const post = (url) => attempt(() => fetch(url, { method: 'POST', body: '{"id":"evt_' + Math.random() + '"}' }))
      return [await post('https://shop.example.com/webhooks/plg_1'), await post('https://SHOP.example.com./api/v2/invoices'),
        await post('https://relay.example.com/'), await attempt(() => context.tcp.open('shop.example.com', 443))].join('\\n')`
    const network = [{ host: 'shop.example.com' }, { host: 'relay.example.com', redirects: true }]
    const manifest = { permissions: { network, tcp: [{ host: 'shop.example.com', port: 443 }] } }
    const means = {
      outbound: { 'shop.example.com': shop.origin, 'relay.example.com': outside.origin },
      isOwnHost: (host: string, port: number) => Promise.resolve(host === 'shop.example.com' && port === 443),
    }
    await attack('own-house', { code, manifest, means }, ({ report }) => {
      const refusal = 'E_DENIED The host "shop.example.com" at port 443 is this installation itself.'
      assert.deepEqual(report?.split('\n'), [refusal, refusal, refusal, refusal])
      assert.deepEqual(shop.seen, [])
    })
  } finally {
    shop.close()
    outside.close()
  }
})
