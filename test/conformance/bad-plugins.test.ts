import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { RULES, type RuleName } from '../../core/conformance/index.ts'
import { endedLate } from '../../core/conformance/weather.ts'
import { BAD_ANSWERS } from './bad/answers.ts'
import { BAD_DECLINES } from './bad/declines.ts'
import { BAD_DOMAINS } from './bad/domains.ts'
import { BAD_EVENTS } from './bad/events.ts'
import { BAD_OF_KINDS } from './bad/kinds.ts'
import { BAD_REPEATS } from './bad/repeats.ts'
import { BAD_REQUESTS } from './bad/requests.ts'
import { brokenBy } from './broken-by.ts'

const BAD_PLUGINS = [
  ...BAD_ANSWERS,
  ...BAD_REPEATS,
  ...BAD_EVENTS,
  ...BAD_DECLINES,
  ...BAD_REQUESTS,
  ...BAD_OF_KINDS,
  ...BAD_DOMAINS,
]

/** Most of their time companies are silent, so several may wait side by side. */
suite('each bad plugin breaks the rule that names it', { concurrency: 4 }, () => {
  for (const { says, example, change, breaks } of BAD_PLUGINS)
    test(says, async () => {
      const broken = await brokenBy(example, change)
      for (const [rule, as] of Object.entries(breaks))
        assert.ok(
          broken.some((check) => check.rule === rule && check.name.includes(as)),
          `${rule} (${as}) is not among\n${broken.map((one) => `${one.rule}: ${one.name}: ${one.problem}`).join('\n')}`,
        )
    })
})

test('no rule is without a plugin that breaks it', () => {
  // No plugin can break this one: whatever it does, its host is ended. The rule watches over that.
  const shown = new Set<string>(['ends_in_time', ...BAD_PLUGINS.flatMap(({ breaks }) => Object.keys(breaks))])
  const rules = Object.keys(RULES) as RuleName[]
  assert.deepEqual(
    rules.filter((rule) => !shown.has(rule)),
    [],
  )
  assert.equal(endedLate(3_000, 1_500), undefined)
  assert.equal(endedLate(3_001, 1_500), 'it took 3001 ms of 1500 ms')
})
