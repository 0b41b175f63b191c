// Limits: a request ends with the call that made it, and a call by its deadline, however slowly the other side speaks.
import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { report } from '../plugins/support/setup.ts'
import { openLoopback } from '../plugins/support/loopback.ts'
import { attack } from './hostile.ts'

const open = new Set<ServerResponse>()
const trickle = (response: ServerResponse, ...first: (string | Buffer)[]) => {
  for (const part of first) response.write(part)
  const timer = setInterval(() => response.write(' '), 50)
  response.on('close', () => clearInterval(timer))
}
const WAYS: Record<string, (response: ServerResponse) => void> = {
  body: (response) => trickle(response.writeHead(200)),
  packed: (response) =>
    trickle(
      response.writeHead(200, { 'content-encoding': 'gzip' }),
      gzipSync('a'.repeat(100_000)).subarray(0, 50),
    ),
  redirect: (response) => trickle(response.writeHead(307, { location: '/body' }), 'moved'),
  processing: (response) => {
    const timer = setInterval(() => response.writeProcessing(), 50)
    response.on('close', () => clearInterval(timer))
  },
}

test('rule: an answer that trickles for ever ends with its call, and its connection too', async () => {
  const outside = await openLoopback((request, response) => {
    open.add(response)
    response.on('close', () => open.delete(response))
    WAYS[(request.url ?? '').slice(1)]!(response)
  })
  try {
    const code = `const answer = await fetch('https://api.example.com/' + context.settings.way); return await answer.text()`
    const network = [{ host: 'api.example.com', redirects: true }]
    const means = { outbound: { 'api.example.com': outside.origin } }
    const manifest = { permissions: { network } }
    const settings = { way: 'body' }
    await attack(
      'endless-response',
      { code, manifest, means, settings, deadlineMs: 700 },
      async ({ failure, bench, instance, tookMs }) => {
        assert.equal(failure, 'E_TIMEOUT')
        assert.ok(tookMs < 2_000, `took ${tookMs} ms`)
        for (const way of Object.keys(WAYS)) {
          const begun = performance.now()
          const error = await report(bench, { ...instance, settings: { way } }, 700).catch((e: Error) => e)
          assert.match(String(error), /no answer within its limit \(deadline 700 ms\)/, way)
          assert.ok(performance.now() - begun < 2_000, way)
        }
        for (let n = 0; open.size > 0 && n < 100; n++) await wait(20)
        assert.equal(open.size, 0, 'no connection is left')
      },
    )
  } finally {
    outside.close()
  }
})
