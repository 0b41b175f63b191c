import { kindTables, UpgradeStep, type Operation, type ProviderKind } from '../../sdk/index.ts'
import { hookNamed, type Kind } from '../plugins/index.ts'
import { formProblem } from '../records/index.ts'
import { openBench, openSubject, type Bench, type BenchMeans, type Subject, type Told } from './bench.ts'
import type { Weather } from '../../sdk/test-kit/index.ts'
import { lifeOfService } from './life-of-service.ts'
import * as rules from './rules.ts'
import { sampleOf } from './sample.ts'

export interface Check {
  /** "gateway.refund, again: …" */
  name: string
  problem: string | undefined
}

export interface ConformanceReport {
  plugin: string
  checks: readonly Check[]
}

/** Calls everything that the plugin of a folder offers, in the real sandbox, and judges what it answers. */
export async function runConformance(means: BenchMeans, folder: string): Promise<ConformanceReport> {
  const subject = await openSubject(means, folder)
  const checks: Check[] = []
  const run: Run = { means, subject, note: (name, problem) => void checks.push({ name, problem }) }
  try {
    for (const called of calledOf(subject)) await judge(run, called)
    const created = subject.about.inputs?.['create']?.[0]
    if (created !== undefined && subject.plugin.manifest.kinds.provisioner)
      await withBench(run, 'well', async (bench) => {
        checks.push(...(await lifeOfService(bench, created)))
      })
  } finally {
    subject.plugins.stop()
  }
  return { plugin: subject.plugin.manifest.id, checks }
}

export interface Run {
  means: BenchMeans
  subject: Subject
  note(name: string, problem: string | undefined): void
}

interface Called extends Partial<Operation> {
  kind: Kind
  operation: string
  input: Operation['input']
}

/** What plugin.json lists: operations of kinds, hooks, schedules, and its upgrade step. */
function calledOf({ plugin: { manifest } }: Subject): Called[] {
  const operations = Object.entries(manifest.kinds).flatMap(([kind, names]) => {
    const table: Record<string, Operation> = kindTables[kind as ProviderKind]
    return (names as string[]).map((operation) => ({
      ...table[operation]!,
      kind: kind as ProviderKind,
      operation,
    }))
  })
  const hooks = (manifest.hooks ?? []).flatMap((entry) => {
    const operation = typeof entry === 'string' ? entry : entry.name
    const hook = hookNamed(operation)
    if (!hook) throw new TypeError(`There is no hook "${operation}"; docs/hooks.md lists all.`)
    const input = hook.input as Operation['input']
    return [{ kind: hook.law, operation, input, ...(hook.pure ? { pure: true as const } : {}) }]
  })
  const schedules = (manifest.permissions?.schedules ?? []).map(({ name }) => ({
    ...{ kind: 'schedule' as const, operation: name },
    input: { type: 'object' } as Operation['input'],
  }))
  const move = { kind: 'upgrade' as const, operation: 'move', input: UpgradeStep }
  return [...operations, ...hooks, ...schedules, ...(manifest.upgrade === true ? [move] : [])]
}

async function judge(run: Run, called: Called): Promise<void> {
  const own = run.subject.about.inputs?.[called.operation]
  let asks = false
  await withBench(run, 'well', async (bench) => {
    for (const [at, input] of (own ?? []).entries())
      await judgeInput(run, bench, {
        ...{ called, input, own: true },
        answer: run.subject.about.answers?.[called.operation]?.[at],
      })
    asks = bench.company.seen > 0
  })
  for (const size of ['least', 'most'] as const)
    await withBench(run, 'well', async (bench) => {
      await judgeInput(run, bench, { called, input: sampleOf(called.input, size), own: false }, `${size} `)
      asks ||= bench.company.seen > 0
    })
  const input = own?.[0] ?? sampleOf(called.input, 'most')
  if (asks) for (const weather of WEATHERS) await judgeWeather(run, called, input, weather)
  if (asks && called.changes && own) await judgeLost(run, called, input)
  if (called.operation === 'handle_event') await judgeEvents(run, called)
}

interface Asked {
  called: Called
  input: unknown
  own: boolean
  /** What exactly it must answer, when its author knows. */
  answer?: unknown
}

async function judgeInput(
  run: Run,
  bench: Bench,
  { called, input, own, answer }: Asked,
  size = '',
): Promise<void> {
  const name = `${called.kind}.${called.operation}`
  const { manifest } = run.subject.plugin
  const first = await bench.call(called.kind, called.operation, input)
  run.note(`${name} is there`, rules.isThere(first, called.kind, called.operation))
  run.note(`${name} answers its ${own ? 'own' : `${size}generated`} input`, rules.answersWell(first, own))
  if (answer !== undefined)
    run.note(
      `${name} answers exactly`,
      'answer' in first ? rules.sameAgain({ answer }, first) : first.message,
    )
  run.note(`${name} asks for nothing that is not granted`, bench.refused()[0])
  for (const form of rules.formsIn(first))
    run.note(`${name} asks by a form that core takes`, formProblem(form))
  run.note(`${name} shows a frame only where one can be`, rules.embedsWhereShown(manifest, input, first))
  if (called.kind === 'gateway') run.note(`${name} takes no more than asked`, rules.takesNoMore(input, first))
  if (TELLS_MOVEMENTS.has(name)) {
    run.note(`${name} tells movements that add up`, rules.movementsAddUp(input, first))
    const again = await bench.call(called.kind, called.operation, input)
    run.note(`${name}, again: the same movements`, rules.sameAgain(first, again))
  }
  if (name === 'gateway.find_methods') {
    run.note(`${name} finds what was asked for`, rules.findsOwnMethods(input, first))
    const again = await bench.call(called.kind, called.operation, input)
    run.note(`${name}, again: the same methods`, rules.sameAgain(first, again))
  }
  if (name === 'tax.determine') run.note(`${name} answers each line`, rules.answersEachLine(input, first))
  if (name === 'tax.determine_remote')
    run.note(`${name} answers each question`, rules.answersEachQuestion(input, first))
  if (!called.pure && !called.changes) return
  const made = bench.made()
  const second = await bench.call(called.kind, called.operation, input)
  if (called.pure) return run.note(`${name}, again: the same answer`, rules.sameAgain(first, second))
  run.note(`${name}, again: the same thing`, rules.sameThing(first, second))
  run.note(`${name}, again: nothing is made twice`, madeMore(bench, made))
}

/** Core books each of these once, by its reference: told again it must be the same. */
const TELLS_MOVEMENTS = new Set(['gateway.fee_report', 'gateway.list_payouts'])

const WEATHERS: readonly Weather[] = ['errors', 'broken', 'huge', 'dropped', 'silent']
const SILENT_MS = 1_500
/** After its deadline a call must end; this is what the supervisor may need to end it. */
const ENDING_MS = 1_500

async function judgeWeather(run: Run, called: Called, input: unknown, weather: Weather): Promise<void> {
  await withBench(run, weather, async (bench) => {
    const name = `${called.kind}.${called.operation}, company ${weather}`
    const deadline = weather === 'silent' ? SILENT_MS : undefined
    const started = run.means.clock.ms()
    const told = await bench.call(called.kind, called.operation, input, deadline)
    const took = run.means.clock.ms() - started
    if (bench.company.seen > 0) run.note(`${name}: no success is claimed`, rules.claimsNothing(told))
    if (deadline !== undefined)
      run.note(
        `${name}: ends by its deadline`,
        took > deadline + ENDING_MS ? `it took ${took} ms of ${deadline} ms` : undefined,
      )
  })
}

/** Half-done: the company acted and its answer was lost. The repeat must find what was made. */
async function judgeLost(run: Run, called: Called, input: unknown): Promise<void> {
  await withBench(run, 'well', async (bench) => {
    const before = bench.made()
    bench.company.weather = 'lost'
    await bench.call(called.kind, called.operation, input)
    bench.company.weather = 'well'
    const told = await bench.call(called.kind, called.operation, input)
    const name = `${called.kind}.${called.operation}, after a lost answer`
    run.note(`${name}: it answers`, rules.answersWell(told, true))
    run.note(`${name}: nothing is made twice`, madeMore(bench, before + 1))
  })
}

const madeMore = (bench: Bench, most: number): string | undefined =>
  bench.made() > most ? `${bench.made()} things stand at the company, at most ${most} should` : undefined

const EMPTY_MESSAGES = [
  '',
  '{',
  'null',
  '[]',
  '{"id":"evt_x","type":"nothing.known"}',
  `"${'x'.repeat(300_000)}"`,
]

async function judgeEvents(run: Run, called: Called): Promise<void> {
  const name = `${called.kind}.handle_event`
  await withBench(run, 'well', async (bench) => {
    for (const body of EMPTY_MESSAGES) {
      const told = await bench.call(called.kind, 'handle_event', { body, headers: {}, verified: true })
      run.note(`${name}, ${body.slice(0, 20) || 'empty'}: nothing moves`, rules.movesNothing(told))
    }
  })
  await judgeOrder(run, called, run.subject.about.events ?? [])
}

/** Companies send an event late, twice and before another that came first. */
async function judgeOrder(run: Run, called: Called, events: readonly unknown[]): Promise<void> {
  const name = `${called.kind}.handle_event`
  const few = 'test/conformance.ts names fewer than two "events"'
  run.note(`${name}: there are events to reorder`, events.length < 2 ? few : undefined)
  const forth = await tellAll(run, called, events)
  const back = await tellAll(run, called, [...events].reverse())
  const twice = await tellAll(
    run,
    called,
    events.flatMap((event) => [event, event]),
  )
  for (const [i, told] of forth.entries()) {
    run.note(`${name} answers its events`, rules.answersWell(told, true))
    run.note(`${name}, reordered: the same facts`, rules.sameFacts(told, back.at(-1 - i)!))
    run.note(`${name}, twice: the same facts`, rules.sameFacts(told, twice[2 * i + 1]!))
  }
}

async function tellAll(run: Run, called: Called, events: readonly unknown[]): Promise<Told[]> {
  const told: Told[] = []
  await withBench(run, 'well', async (bench) => {
    for (const event of events) told.push(await bench.call(called.kind, 'handle_event', event))
  })
  return told
}

async function withBench(run: Run, weather: Weather, act: (bench: Bench) => Promise<void>): Promise<void> {
  const bench = await openBench(run.subject, weather)
  try {
    await act(bench)
  } finally {
    await bench.close()
  }
}
