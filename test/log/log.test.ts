import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { test } from 'node:test'
import { createLog } from '../../core/log/index.ts'

const written = () => {
  const lines: Record<string, unknown>[] = []
  const stream = new Writable({
    write(chunk, _encoding, done) {
      for (const line of String(chunk).trim().split('\n'))
        lines.push(JSON.parse(line) as Record<string, unknown>)
      done()
    },
  })
  return { lines, stream: stream as never }
}

test('a line is one JSON object with its time, its facts and its sentence', () => {
  const { lines, stream } = written()
  createLog('info', stream).info({ request: 'req_1', status: 200 }, 'request')
  const [{ time, ...line }] = lines as [Record<string, unknown>]
  assert.deepEqual(line, { level: 30, request: 'req_1', status: 200, msg: 'request' })
  assert.match(String(time), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
})

test('secrets stand in no line, wherever they lie', () => {
  const { lines, stream } = written()
  const log = createLog('info', stream).child({ api_key: 'k3y-one' })
  log.warn({ password: 'k3y-two', body: { token: 'k3y-three', deep: { secret: 'k3y-four' } } }, 'said')
  log.info({ headers: { authorization: 'k3y-five', cookie: 'k3y-six' } }, 'asked')
  assert.equal(lines.length, 2)
  assert.doesNotMatch(JSON.stringify(lines), /k3y/)
})

test('what is below the level is not written', () => {
  const { lines, stream } = written()
  const log = createLog('warn', stream)
  log.info({}, 'quiet')
  log.debug({}, 'quiet')
  log.error({ err: new Error('no') }, 'loud')
  assert.deepEqual(
    lines.map(({ msg }) => msg),
    ['loud'],
  )
})
