// Bridge rule 7: text that the database cannot hold does not enter core.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadWritten, report, reporting } from '../plugins/support/setup.ts'
import { attack } from './hostile.ts'

test('rule: an answer with the character zero is refused, and a message with it is mended', async () => {
  await attack('unstorable-answer', { code: `return 'a\\0b'` }, async ({ failure, message, bench }) => {
    assert.equal(failure, 'E_INVALID_RESULT')
    assert.match(message ?? '', /it has the character U\+0000/)
    const thrower = await loadWritten('thrower', { code: reporting(`throw new Error('a\\0b')`) })
    await assert.rejects(report(bench, bench.instance(thrower)), { message: /: a\ufffdb$/ })
  })
})
