import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { conditionProblems } from '../../core/catalog/condition-problems.ts'
import { leastOptions } from '../../core/catalog/least-options.ts'
import {
  chooseOptions,
  fitChoices,
  fromPrice,
  type Condition,
  type Option,
  type OptionKind,
  type Product,
} from '../../core/catalog/index.ts'
import { instant } from '../../core/kernel/index.ts'
import { DAY, option, prices, TERMS, value } from './make-option.ts'

const panel = option('panel', 'list', { values: [value('none'), value('plesk', 900), value('cpanel', 1200)] })
const memory = option('memory', 'number', { minimum: 2, maximum: 16, step: 2, minor: 50 })
const domains = option('domains', 'radio', {
  required: true,
  values: [value('10'), value('unlimited', 500, [{ option: 'memory', at_least: 8 }])],
  conditions: [{ option: 'panel', one_of: ['plesk', 'cpanel'] }],
})
const scanner = option('scanner', 'checkbox', { minor: 300, conditions: [{ option: 'domains', set: true }] })
const hosting = [scanner, domains, panel, memory]

const chosen = (given: Record<string, unknown>, options: readonly Option[] = hosting) => {
  const { choices, errors } = chooseOptions(options, given, TERMS)
  return { errors, picked: Object.fromEntries(choices.map(({ key, value: said }) => [key, said])) }
}

describe('options under conditions', () => {
  it('are chosen where they are offered, whatever their order', () => {
    assert.deepEqual(chosen({ panel: 'plesk', domains: 'unlimited', memory: 8, scanner: '1' }), {
      errors: {},
      picked: { scanner: '1', domains: 'unlimited', panel: 'plesk', memory: '8' },
    })
  })

  it('are demanded where they are offered, and never chosen where they are not', () => {
    assert.deepEqual(chosen({ panel: 'plesk' }).errors, {
      'option.domains': 'must be chosen; choose one of 10',
    })
    assert.deepEqual(chosen({ panel: 'none', domains: '', scanner: '0' }), {
      errors: {},
      picked: { panel: 'none', memory: '2' },
    })
    assert.deepEqual(chosen({ panel: 'none', domains: '10', scanner: '1' }).errors, {
      'option.domains': 'is offered only where "panel" is one of plesk, cpanel',
      'option.scanner': 'is offered only where "domains" is chosen',
    })
  })

  it('leave out single values', () => {
    assert.deepEqual(chosen({ panel: 'plesk', domains: 'unlimited', memory: 6 }).errors, {
      'option.domains': '"unlimited" is not offered; choose one of 10',
    })
  })

  it('are not offered when no value is left', () => {
    const only = option('only', 'list', {
      required: true,
      values: [value('x', 5, [{ option: 'memory', at_least: 4 }])],
    })
    assert.deepEqual(chosen({ memory: 2 }, [only, memory]), { errors: {}, picked: { memory: '2' } })
    assert.deepEqual(chosen({ memory: 4 }, [only, memory]).errors, {
      'option.only': 'must be chosen; choose one of x',
    })
  })

  it('take no preset that is not offered', () => {
    const preset = { ...domains, preset: 'unlimited' }
    assert.deepEqual(chosen({ panel: 'plesk', memory: 4 }, [preset, panel, memory]).errors, {
      'option.domains': 'must be chosen; choose one of 10',
    })
  })

  it('are dropped from what a page had, and named', () => {
    const fitted = fitChoices(hosting, { panel: 'none', domains: '10', scanner: '1', memory: '4' })
    assert.deepEqual(fitted.given, { panel: 'none', memory: '4' })
    assert.deepEqual(fitted.dropped, ['domains', 'scanner'])
    assert.deepEqual(
      fitted.offered.map(({ key }) => key),
      ['panel', 'memory'],
    )
  })

  it('leave to a list the first value that is offered', () => {
    const list = { ...domains, kind: 'list' as const }
    const fitted = fitChoices([list, panel, memory], { panel: 'plesk', domains: 'unlimited', memory: '4' })
    assert.deepEqual(fitted.given, { panel: 'plesk', domains: '10', memory: '4' })
    assert.deepEqual(fitted.dropped, ['domains'])
  })
})

describe('the conditions of a product', () => {
  const problems = (options: readonly Option[]) =>
    conditionProblems(options).map(({ option: key, value: of, index, reason }) => [key, of, index, reason])
  const on = (conditions: Condition[]) => [option('child', 'checkbox', { conditions }), panel, memory]

  it('are in order here', () => assert.deepEqual(problems(hosting), []))

  const wrong: [Condition, string][] = [
    [{ option: 'disk', set: true }, 'there is no option "disk"'],
    [{ option: 'child', set: true }, 'names the option itself'],
    [{ option: 'panel' }, 'states no test, or several'],
    [{ option: 'panel', is: 'plesk', set: true }, 'states no test, or several'],
    [{ option: 'panel', is: 'webmin' }, '"panel" is never "webmin"'],
    [{ option: 'panel', one_of: [] }, 'names no value'],
    [{ option: 'panel', at_least: 1 }, '"panel" is a list'],
    [{ option: 'memory', at_least: 17 }, '"memory" goes up to 16'],
    [{ option: 'memory', is: '5' }, '"memory" is never "5"'],
  ]
  for (const [condition, reason] of wrong)
    it(`may not say ${JSON.stringify(condition)}`, () => {
      assert.deepEqual(problems(on([condition])), [['child', null, 0, reason]])
    })

  it('count no more at a value that is retired, nor what that one named', () => {
    const gone = {
      ...value('y', null, [{ option: 'b', set: true }]),
      retiredAt: instant(Date.UTC(2026, 2, 2)),
    }
    const a = option('a', 'list', { values: [value('x'), gone] })
    assert.deepEqual(problems([a]), [])
    const b = option('b', 'checkbox', { conditions: [{ option: 'a', is: 'x' }] })
    assert.deepEqual(problems([a, b]), [])
    assert.deepEqual(chosen({ a: 'x', b: '1' }, [a, b]), { errors: {}, picked: { a: 'x', b: '1' } })
  })

  it('go in no circle', () => {
    const a = option('a', 'checkbox', { conditions: [{ option: 'b', set: true }] })
    const b = option('b', 'list', { values: [value('x', null, [{ option: 'a', set: true }])] })
    assert.deepEqual(problems([a, b]), [['a', null, 0, 'goes round in a circle: a → b → a']])
  })

  it('do not contradict each other, nor those of the options that they name', () => {
    const never = 'can never hold together with the conditions of the options that are named'
    const both: Condition[] = [
      { option: 'panel', is: 'plesk' },
      { option: 'panel', is: 'cpanel' },
    ]
    assert.deepEqual(problems(on(both)), [['child', null, 0, never]])
    const late = option('late', 'checkbox', {
      conditions: [
        { option: 'panel', is: 'none' },
        { option: 'scanner', set: true },
      ],
    })
    assert.deepEqual(problems([late, ...hosting]), [['late', null, 0, never]])
    const small = option('small', 'checkbox', {
      conditions: [
        { option: 'domains', is: 'unlimited' },
        { option: 'memory', one_of: ['2', '4'] },
      ],
    })
    assert.deepEqual(problems([small, ...hosting]), [['small', null, 0, never]])
  })
})

/** Small products whose options name earlier ones, mixed up; every way to choose can be tried. */
const KEYS = ['a', 'b', 'c', 'd']
const VALUES = ['1', '2', '3']

const condition = (earlier: readonly string[]) =>
  fc.constantFrom(...earlier).chain((key) =>
    fc.oneof(
      fc.constantFrom(...VALUES).map((is): Condition => ({ option: key, is })),
      fc.subarray(VALUES, { minLength: 1 }).map((one_of): Condition => ({ option: key, one_of })),
      fc.constant<Condition>({ option: key, set: true }),
      fc.integer({ min: 1, max: 3 }).map((at_least): Condition => ({ option: key, at_least })),
    ),
  )

const conditions = (earlier: readonly string[]) =>
  earlier.length === 0
    ? fc.constant<Condition[]>([])
    : fc.oneof(
        { weight: 2, arbitrary: fc.constant<Condition[]>([]) },
        { weight: 3, arbitrary: fc.array(condition(earlier), { minLength: 1, maxLength: 2 }) },
      )

const anyOption = (key: string, earlier: readonly string[]): fc.Arbitrary<Option> =>
  fc
    .record({
      kind: fc.constantFrom<OptionKind>('list', 'radio', 'checkbox', 'number'),
      required: fc.boolean(),
      preset: fc.option(fc.constantFrom(...VALUES), { nil: null }),
      minimum: fc.constantFrom(null, 0, 1),
      minor: fc.nat({ max: 9 }),
      own: conditions(earlier),
      ofValues: fc.tuple(conditions(earlier), conditions(earlier), conditions(earlier)),
      minors: fc.tuple(fc.nat({ max: 9 }), fc.nat({ max: 9 }), fc.nat({ max: 9 })),
    })
    .map(({ kind, required, preset, minimum, minor, own, ofValues, minors }) => {
      const base = { required, conditions: own }
      if (kind === 'checkbox') return option(key, kind, { ...base, minor })
      if (kind === 'number') return option(key, kind, { ...base, minor, minimum, maximum: 3 })
      const values = VALUES.map((of, i) => value(of, minors[i], ofValues[i]))
      return option(key, kind, { ...base, preset, values })
    })

const products = fc
  .tuple(...KEYS.map((key, i) => anyOption(key, KEYS.slice(0, i))))
  .chain((options) => fc.shuffledSubarray([...options], { minLength: KEYS.length, maxLength: KEYS.length }))

const answer = fc.constantFrom(undefined, '', '0', '1', '2', '3')
const anyGiven = fc.tuple(answer, answer, answer, answer)
const givenOf = (answers: readonly (string | undefined)[]) =>
  Object.fromEntries(KEYS.flatMap((key, i) => (answers[i] === undefined ? [] : [[key, answers[i]]])))

/** The rule as one would tell it: what is said counts once all that it waits for counts. Null: it is refused. */
function told(options: readonly Option[], given: Record<string, string | undefined>) {
  const counts: Record<string, string> = {}
  const meets = (all: readonly Condition[]) =>
    all.every(({ option: key, is, one_of, at_least }) => {
      const said = counts[key]
      const number = options.find((one) => one.key === key)!.kind === 'number' ? Number(said) : 1
      if (said === undefined) return false
      return (
        is === said ||
        one_of?.includes(said) ||
        (at_least ?? Infinity) <= number ||
        (!is && !one_of && at_least === undefined)
      )
    })
  for (const key of KEYS) {
    const one = options.find((candidate) => candidate.key === key)!
    const isList = one.kind === 'list' || one.kind === 'radio'
    const left = one.values.filter((of) => meets(of.conditions)).map((of) => of.key)
    const isOffered = meets(one.conditions) && !(isList && left.length === 0)
    const isSaid = given[key] !== undefined && given[key] !== '' && (isList || given[key] !== '0')
    // A box knows yes and no: 2 is no yes.
    const isYes = one.kind !== 'checkbox' || given[key] === '1'
    if (!isOffered) {
      if (isSaid && isYes) return null
      continue
    }
    const preset = one.preset !== null && left.includes(one.preset) ? one.preset : ''
    const low = one.kind === 'number' ? String(one.minimum ?? 0) : ''
    let said = given[key] ?? (isList ? preset : low)
    if (one.kind === 'number' && said === '') said = low
    if (one.kind === 'number' && Number(said) < Number(low)) return null
    const isNothing = said === '' || (!isList && said === '0') || !isYes
    if (isNothing && one.required) return null
    if (isNothing) continue
    if (isList && !left.includes(said)) return null
    counts[key] = said
  }
  return counts
}

const all = [undefined, '', '0', '1', '2', '3']
const every = all.flatMap((a) => all.flatMap((b) => all.flatMap((c) => all.map((d) => [a, b, c, d]))))

/** What the cheapest of all choices costs; null where each is refused. */
function tried(options: readonly Option[]): number | null {
  const sums = every.flatMap((answers) => {
    const { choices, errors } = chooseOptions(options, givenOf(answers), TERMS)
    if (Object.keys(errors).length > 0) return []
    return [choices.reduce((sum, { amountMinor, times }) => sum + Number(amountMinor) * times, 0)]
  })
  return sums.length === 0 ? null : Math.min(...sums)
}

describe('any product under any conditions', () => {
  it('is chosen as the rule says', () => {
    fc.assert(
      fc.property(products, anyGiven, (options, answers) => {
        const given = givenOf(answers)
        const { errors, picked } = chosen(given, options)
        const rule = told(options, given)
        assert.deepEqual(Object.keys(errors).length === 0 ? picked : null, rule)
      }),
      { numRuns: 2_000 },
    )
  })

  it('loses nothing of a choice that stands, and costs nothing for what it drops', () => {
    fc.assert(
      fc.property(products, anyGiven, (options, answers) => {
        const given = givenOf(answers)
        const fitted = fitChoices(options, given)
        if (told(options, given)) assert.deepEqual(chosen(fitted.given, options), chosen(given, options))
        const offered = new Set(fitted.offered.map(({ key }) => key))
        const { picked } = chosen(fitted.given, options)
        for (const key of Object.keys(picked)) assert.ok(offered.has(key))
      }),
      { numRuns: 1_000 },
    )
  })

  it('costs from what its cheapest choice costs', () => {
    fc.assert(
      fc.property(products, (options) => {
        const least = tried(options)
        const product = { prices: prices('prd_1', 100), options } as unknown as Product
        const from = fromPrice(product, 'EUR', DAY)
        assert.equal(from && Number(from.amountMinor) - 100, least)
        assert.equal(leastOptions(options, TERMS), least === null ? null : BigInt(least))
      }),
      { numRuns: 100 },
    )
  })

  it('costs never less than what is found in a few steps', () => {
    fc.assert(
      fc.property(products, fc.nat({ max: 6 }), (options, steps) => {
        const least = tried(options)
        const bound = leastOptions(options, TERMS, steps)
        if (least !== null) assert.ok(bound !== null && Number(bound) <= least, `${bound} > ${least}`)
      }),
      { numRuns: 100 },
    )
  })

  it('is refused exactly where an option or value can never come up', () => {
    fc.assert(
      fc.property(products, (options) => {
        const found = conditionProblems(options)
        if (found.some(({ reason }) => !reason.startsWith('can never'))) return
        const never = new Set(found.map(({ option: key, value: of }) => `${key} ${of ?? ''}`))
        const free = options.map((one) => ({ ...one, required: false }))
        const seen = new Set(
          every.flatMap((answers) => {
            const { picked } = chosen(givenOf(answers), free)
            return Object.entries(picked).flatMap(([key, of]) => [`${key} `, `${key} ${of}`])
          }),
        )
        for (const one of options) {
          if (one.conditions.length > 0) assert.equal(never.has(`${one.key} `), !seen.has(`${one.key} `))
          for (const of of one.values)
            if (of.conditions.length > 0 && seen.has(`${one.key} `))
              assert.equal(never.has(`${one.key} ${of.key}`), !seen.has(`${one.key} ${of.key}`))
        }
      }),
      { numRuns: 100 },
    )
  })
})
