import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openCompany } from '../../core/conformance/script.ts'

test('a company that never comes up is given up', async () => {
  await assert.rejects(openCompany({ company: () => new Promise(() => undefined) }, 50), {
    code: 'conformance.script_failed',
    message: 'test/conformance.ts does not work: its company was not there after 0.05 seconds.',
  })
})
