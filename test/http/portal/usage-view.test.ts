import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { usageTable, usageView } from '../../../core/http/portal/services/usage-view.ts'
import { createMessages } from '../../../core/i18n/index.ts'

const messages = createMessages({ folder: join(import.meta.dirname, '../../../locales'), strict: true })
const GIB = 1024 ** 3

const shown = (locale: string, metrics: object[], available = true) =>
  usageView(messages.translator(locale), 'svc_1', {
    report: { available, power: 'running', metrics },
    readAt: '2026-01-15T10:00:00.000Z',
    stale: false,
  } as never).metrics

test('bytes are in the unit of their limit, and times in words of the reader', () => {
  const metrics = [
    { label: 'Memory', value: 2 * GIB, limit: 4 * GIB, unit: 'bytes' },
    { label: 'Traffic', value: 1_258_291, unit: 'bytes' },
    { label: 'CPU', value: 40, limit: 200, unit: 'percent' },
    { label: 'Players', value: 3, limit: 10, unit: 'count' },
    { label: 'Uptime', value: 607_119, unit: 'ms' },
  ]
  assert.deepEqual(shown('en', metrics), [
    { label: 'Memory', used: 2, limit: 4, unit: 'GiB' },
    { label: 'Traffic', used: 1.2, limit: null, unit: 'MiB' },
    { label: 'CPU', used: 40, limit: 200, unit: '%' },
    { label: 'Players', used: 3, limit: 10, unit: '' },
    { label: 'Uptime', limit: null, used: 10, unit: 'minutes' },
  ])
})

test('a time is in the largest unit of which there are two', () => {
  const times: [number, string][] = [
    [1_999, '1 Sekunde'],
    [119_999, '119 Sekunden'],
    [7_199_999, '119 Minuten'],
    [7_200_000, '2 Stunden'],
    [47 * 3_600_000, '47 Stunden'],
    [48 * 3_600_000, '2 Tage'],
  ]
  for (const [value, expected] of times) {
    const [metric] = shown('de', [{ label: 'Laufzeit', value, unit: 'ms' }])
    assert.equal(`${metric!.used} ${metric!.unit}`, expected)
  }
})

test('what the provider does not say is not shown', () => {
  assert.deepEqual(shown('en', [{ label: 'CPU', value: 0, unit: 'percent' }], false), [])
})

test('days have the figures of the newest one, and a mark where one was not told', () => {
  const t = messages.translator('en')
  const day = (on: string, metrics: object[]) => ({ day: on, report: { available: true, metrics } }) as never
  const disk = (value: number) => ({ key: 'disk', label: 'Disk', value, limit: 4 * GIB, unit: 'bytes' })
  const cpu = { key: 'cpu', label: 'CPU', value: 40, unit: 'percent' }
  assert.equal(usageTable(t, []), null)
  assert.deepEqual(usageTable(t, [day('2026-01-15', [disk(2 * GIB), cpu]), day('2026-01-14', [disk(GIB)])]), {
    labels: ['Disk', 'CPU'],
    days: [
      {
        day: '2026-01-15',
        values: [
          { label: 'Disk', used: 2, limit: 4, unit: 'GiB' },
          { label: 'CPU', used: 40, limit: null, unit: '%' },
        ],
      },
      { day: '2026-01-14', values: [{ label: 'Disk', used: 1, limit: 4, unit: 'GiB' }, null] },
    ],
  })
})
