// Bridge rule 2: a bundle is a script by itself before it stands between our braces.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { report } from '../plugins/support/setup.ts'
import { attack } from './hostile.ts'

test('rule: a bundle that closes the brackets around it does not start', async () => {
  const source = `export default { gateway: () => ({}) }`
  const code = `}); throw { get message() { for (;;); } }; (() => { var berthPlugin = {}`
  await attack('breaking-out', { source }, async ({ bench, instance }) => {
    const bundle = { code, hash: '0'.repeat(64) }
    const broken = bench.instance({ manifest: instance.plugin.manifest, bundle })
    await assert.rejects(report(bench, broken), {
      code: 'plugin.failed',
      message: /it did not start: Unexpected token '}'/,
    })
  })
})
