import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Desk } from '../../../core/http/admin/desk.ts'
import { callState, figureStats, lastCalls, openOf } from '../../../core/http/admin/views/plugin-figures.ts'
import { createMessages } from '../../../core/i18n/index.ts'
import type { Instant } from '../../../core/kernel/index.ts'
import { failureNames, type CallFigures } from '../../../core/plugins/index.ts'

const messages = createMessages({ folder: join(import.meta.dirname, '../../../locales'), strict: true })
const deskIn = (locale: string) => ({ t: messages.translator(locale), locale }) as Desk

test('what befell a call is said in words, and an unknown code as it is', () => {
  for (const locale of ['en', 'de']) {
    const labels = Object.keys(failureNames).map((code) => {
      const { label } = callState(deskIn(locale), code) as { label: string }
      assert.doesNotMatch(label, /[._]/, `${code} in ${locale}`)
      return label
    })
    assert.equal(new Set(labels).size, labels.length, locale)
  }
  assert.deepEqual(callState(deskIn('en'), 'plugin.timeout'), {
    ...{ state: 'failed', label: 'took too long', tone: 'bad' },
  })
  assert.deepEqual(callState(deskIn('en'), 'E_CARD'), { state: 'failed', label: 'E_CARD', tone: 'bad' })
})

const last = {
  ...{ at: '2026-11-27T10:00:00.000Z' as Instant, instance: 'plg_1', operation: 'tax.assess', outcome: 'ok' },
  ...{ tookMs: 13, cpuMs: 2.2, heap: null, server: null },
}
const figures = {
  ...{ instance: 'plg_1', calls: 1, failures: 0, medianMs: 13, p95Ms: 20, cpuMs: 2.2, heap: null },
  last: [last],
}

test('no time is named where nothing was called', () => {
  const latency = (of: readonly CallFigures[]) => {
    const block = figureStats(deskIn('en'), of, [])
    assert.ok(block.kind === 'stats')
    return block.items[2]
  }
  assert.deepEqual(latency([]), { label: 'Median time', value: null })
  assert.deepEqual(latency([figures]), {
    label: 'Median time',
    value: '13 ms',
    note: '95 of 100 within 20 ms',
  })
})

test('a call says its result and what it took in one column, so that its name has room', () => {
  const block = lastCalls(deskIn('en'), [figures])
  assert.ok(block.kind === 'table')
  assert.deepEqual(block.rows[0]!.cells, [
    'tax.assess',
    { cells: [{ state: 'ok', label: 'answered', tone: 'good' }, '13 ms, 2.2 ms of it computing'] },
    { at: '2026-11-27T10:00:00.000Z' },
  ])
})

test('on a phone the result stands below the name of the call, which has the whole width', () => {
  const block = lastCalls(deskIn('en'), [figures])
  assert.ok(block.kind === 'table')
  assert.deepEqual(
    block.columns.map(({ phone }) => phone),
    ['title', undefined, undefined],
  )
})

test('only what is on is called paused: nobody tries again what is off', () => {
  const tripped = ['plg_1 gateway.look_up', 'plg_2 tax.assess', 'plg_3 tax.assess', 'plg_10 tax.assess']
  const one = (id: string, status: string, plugin_status = 'enabled') =>
    ({ id, status, plugin_status }) as Parameters<typeof openOf>[1][number]
  assert.deepEqual(
    openOf(tripped, [one('plg_1', 'active'), one('plg_2', 'disabled'), one('plg_3', 'active', 'disabled')]),
    ['plg_1 gateway.look_up'],
  )
})
