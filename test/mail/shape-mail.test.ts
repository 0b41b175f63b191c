import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shapeMail } from '../../core/mail/shape-mail.ts'
import type { MessageRow } from '../../core/mail/index.ts'
import { noHooks, type Hooks } from '../../core/records/index.ts'
import type { ShapeAnswer } from '../../sdk/index.ts'

const row = {
  ...{ id: 'msg_1', template: 'invoice-issued', brand_id: 'brd_1', client_id: 'cli_1' },
  ...{ subject: 'Invoice 7', sealed_url: null },
} as MessageRow

/** Plugins that give these answers, one after the other; `seen` is what each was handed. */
function answering(...answers: ShapeAnswer<'mail.message:shape'>[]) {
  const seen: string[] = []
  const shape = ((_hook: string, value: { subject: string }, apply: (v: object, a: object) => object) =>
    Promise.resolve(
      answers.reduce<object>((shaped, answer) => {
        seen.push((shaped as { subject: string }).subject)
        return apply(shaped, answer)
      }, value),
    )) as Hooks['shape']
  return { hooks: { ...noHooks, shape }, seen }
}

test('without plugins a mail stays as it is', async () => {
  assert.deepEqual(await shapeMail({ hooks: noHooks }, row), { subject: 'Invoice 7', withheld: null })
})

test('each plugin sees the subject of the one before it; line breaks cannot make a header', async () => {
  const { hooks, seen } = answering({ subject: 'Bill 7' }, {}, { subject: 'Bill 7\r\nBcc: all@example.org' })
  assert.deepEqual(await shapeMail({ hooks }, row), {
    subject: 'Bill 7 Bcc: all@example.org',
    withheld: null,
  })
  assert.deepEqual(seen, ['Invoice 7', 'Bill 7', 'Bill 7'])
})

test('the first reason to withhold counts, and a mail with a secret link goes out all the same', async () => {
  const answers = [{ withhold: 'Quiet month' }, { withhold: 'Another' }]
  assert.equal((await shapeMail(answering(...answers), row)).withheld, 'Quiet month')
  const reset = { ...row, sealed_url: 'sealed' }
  assert.equal((await shapeMail(answering(...answers), reset)).withheld, null)
})
