import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answerTogether } from '../../core/http/chain/answer-together.ts'
import type { Ctx } from '../../core/http/context.ts'

test('what came in with one turn of the loop is worked on before any of it is answered', async () => {
  const steps: string[] = []
  const ask = async (name: string) => {
    await answerTogether({} as Ctx, () => Promise.resolve(steps.push(`worked on ${name}`)))
    steps.push(`answered ${name}`)
  }
  const second = new Promise((done) => process.nextTick(() => done(ask('the second'))))
  await Promise.all([ask('the first'), second])
  assert.deepEqual(steps, [
    'worked on the first',
    'worked on the second',
    'answered the first',
    'answered the second',
  ])
})

test('what an answer cannot be made of fails as before', async () => {
  const failed = answerTogether({} as Ctx, () => Promise.reject(new Error('no page')))
  await assert.rejects(failed, /no page/)
})
