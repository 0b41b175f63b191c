import { registrarOperations, type DomainReport } from '../../sdk/index.ts'
import { completed } from '../../sdk/test-kit/index.ts'
import type { Bench, Told } from './bench.ts'
import { saysNo } from './refusals.ts'
import { sameThing } from './repeats.ts'
import type { RuleName } from './rule-names.ts'
import { answersWell, fieldsOf, type Problem } from './rules.ts'
import { madeMore, type Run } from './run.ts'

export type DomainStep = keyof typeof registrarOperations
type Fields = Record<string, unknown>

/** One domain at one company, and what the kit does with it and sees of it. */
export interface Domain {
  offers(step: DomainStep): boolean
  note(rule: RuleName, what: string, problem: Problem): void
  /** Asks for something and answers its fields, or nothing where there was no answer. */
  ask(step: DomainStep, values?: Fields): Promise<Fields>
  /** Does something, and again under the same key: it is answered, says yes, and is done once. */
  act(step: DomainStep, values?: Fields): Promise<Fields>
  /** What `describe` says of it, once nothing is under way any more. */
  settled(after: string): Promise<Partial<DomainReport>>
}

/** So often is asked after what the registry has not decided: an author's company is to have decided by then. */
const ASKS = 5

export function openDomain({ subject, note }: Run, bench: Bench, domain: string): Domain {
  const own = subject.plugin.manifest.kinds.registrar ?? []
  let acts = 0
  let remote: Fields = {}
  const call = (step: DomainStep, values: Fields): Promise<Told> => {
    const { input } = registrarOperations[step]
    const about = Object.entries({ domain, ...remote }).filter(([name]) => name in fieldsOf(input.properties))
    const given = { ...Object.fromEntries(about), ...values }
    return bench.call('registrar', step, completed(input, given, `life-${step}-${acts}`))
  }
  const one: Domain = {
    offers: (step) => own.includes(step),
    note: (rule, what, problem) => note(rule, `life of a domain, ${what}`, problem),
    async ask(step, values = {}) {
      const told = await call(step, values)
      one.note('life_answers', `${step}: it answers`, answersWell(told, true))
      return answerOf(told)
    },
    async act(step, values = {}) {
      acts += 1
      const first = await call(step, values)
      one.note('life_answers', `${step}: it answers`, answersWell(first, true) ?? refused(first))
      const made = bench.made()
      const second = await call(step, values)
      const changed =
        sameThing(first, second) ?? madeMore(bench, made) ?? (saidYes(first) ? refused(second) : undefined)
      one.note('life_again', `${step}, again: the same thing`, changed)
      const answer = answerOf(first)
      if (typeof answer['remote_id'] === 'string') remote = { remote_id: answer['remote_id'] }
      return answer
    },
    async settled(after) {
      for (let asked = 1; ; asked++) {
        const report = await one.ask('describe')
        if (report['state'] !== 'pending' || asked === ASKS) {
          const open = report['state'] === 'pending' ? `describe says pending, ${ASKS} times` : undefined
          one.note('pending_ends', `${after}: it ends`, open)
          return report
        }
      }
    },
  }
  return one
}

const answerOf = (told: Told): Fields => ('answer' in told ? fieldsOf(told.answer) : {})

const saidYes = (told: Told): boolean => 'answer' in told && !saysNo(told.answer)

const refused = (told: Told): Problem =>
  'answer' in told && saysNo(told.answer)
    ? `it says no: ${JSON.stringify(told.answer).slice(0, 200)}`
    : undefined

/** What is wrong when a field of an answer is told and is something else. */
export const unlike = (field: string, told: unknown, wanted: readonly unknown[]): Problem =>
  told === undefined || wanted.some((one) => JSON.stringify(one) === JSON.stringify(told))
    ? undefined
    : `${field} is ${JSON.stringify(told)}, not ${wanted.map((one) => JSON.stringify(one)).join(' or ')}`
