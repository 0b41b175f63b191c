import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reportText, type Check } from '../../core/conformance/index.ts'

const held: Check = { rule: 'is_there', name: 'gateway.refund is there', problem: undefined }
const broken: Check = {
  ...{ rule: 'made_once', name: 'gateway.refund, again: nothing is made twice' },
  problem: '2 things stand at the company, at most 1 should',
}

test('a plugin that keeps all rules is one line; each broken one has its name and what was found', () => {
  assert.equal(reportText({ plugin: 'acme', checks: [held, held] }), 'ok      acme  2 of 2 rules hold')
  assert.equal(
    reportText({ plugin: 'acme', checks: [held, broken] }),
    [
      'FAILED  acme  1 of 2 rules hold',
      '        gateway.refund, again: nothing is made twice (made_once)',
      '          2 things stand at the company, at most 1 should',
    ].join('\n'),
  )
})
