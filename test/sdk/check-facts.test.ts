import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CheckQuestion, Checks } from '../../sdk/index.ts'

test('a handler knows the facts of its check, and one of any other check takes them as they come', async () => {
  const checks: Checks = {
    'payment.charge:check': ({ facts }) =>
      Promise.resolve(
        facts.invoice_ids.length > 1
          ? { allow: false, message: `Not ${facts.invoice_ids.length} at once` }
          : { allow: true },
      ),
    'quote.send:check': ({ facts }) =>
      Promise.resolve('why' in facts ? { allow: false, message: 'Not so' } : { allow: true }),
  }
  const question: CheckQuestion = {
    ...{ noun: 'payment', transition: 'charge', subject: 'cli_a', from: 'none', to: 'created' },
    ...{ brand_id: 'brd_a', client_id: 'cli_a', actor_kind: 'system', reason: null },
    facts: { invoice_ids: ['inv_a', 'inv_b'] },
  }
  const name: string = 'payment.charge:check'
  const answer = await checks[name as `${string}:check`]!(question)
  assert.deepEqual(answer, { allow: false, message: 'Not 2 at once' })
})
