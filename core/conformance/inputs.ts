import { formProblem } from '../records/index.ts'
import type { Bench, Told } from './bench.ts'
import { sameAgain, sameThing } from './repeats.ts'
import * as rules from './rules.ts'
import { madeMore, nameOf, type Called, type Run } from './run.ts'

/** One input, and what its author says of it. */
export interface Asked {
  called: Called
  input: unknown
  /** It is the author's own, or the call takes none: no error is excused. */
  own: boolean
  /** How a report calls the input: "own", "least generated". */
  as: string
  /** What exactly it must answer, when its author knows. */
  answer?: unknown
}

/** Asks once and, where a repeat has a law, again. Answers false when there was no answer in time: no more is asked then. */
export async function judgeInput(run: Run, bench: Bench, asked: Asked): Promise<boolean> {
  const { called, input, own, as, answer } = asked
  const name = nameOf(called)
  const first = await bench.call(called.kind, called.operation, input)
  run.note('is_there', `${name} is there`, rules.isThere(first, called.kind, called.operation))
  run.note('answers', `${name} answers its ${as} input`, rules.answersWell(first, own))
  if (!('answer' in first) && first.code === 'plugin.timeout') return false
  if (answer !== undefined)
    run.note(
      'exact_answer',
      `${name} answers exactly`,
      'answer' in first ? sameAgain({ answer }, first) : first.message,
    )
  run.note('nothing_ungranted', `${name} asks for nothing that is not granted`, bench.refused()[0])
  for (const form of rules.formsIn(first))
    run.note('form_fits', `${name} asks by a form that core takes`, formProblem(form))
  judgeShape(run, asked, first)
  await judgeAgain(run, bench, asked, first)
  return true
}

/** What the kind asks of an answer by itself. */
function judgeShape({ subject, note }: Run, { called, input }: Asked, told: Told): void {
  const name = nameOf(called)
  const frame = rules.embedsWhereShown(subject.plugin.manifest, input, told)
  note('frame_shown', `${name} shows a frame only where one can be`, frame)
  if (called.kind === 'provisioner')
    note('pending_followed', `${name} can be followed`, rules.followsUp(subject.plugin.manifest, told))
  if (called.kind === 'gateway')
    note('takes_no_more', `${name} takes no more than asked`, rules.takesNoMore(input, told))
  if (TELLS_MOVEMENTS.has(name))
    note('movements_add_up', `${name} tells movements that add up`, rules.movementsAddUp(input, told))
  if (name === 'gateway.find_methods')
    note('own_methods', `${name} finds what was asked for`, rules.findsOwnMethods(input, told))
  if (name === 'registrar.check_availability' || name === 'registrar.describe_many')
    note('each_domain', `${name} answers each domain`, rules.answersEachDomain(input, told))
  if (name === 'tax.determine')
    note('each_line', `${name} answers each line`, rules.answersEachLine(input, told))
  if (name === 'tax.determine_remote')
    note('each_question', `${name} answers each question`, rules.answersEachQuestion(input, told))
}

/** Core books each of these once, by its reference: told again it must be the same. */
const TELLS_MOVEMENTS = new Set(['gateway.fee_report', 'gateway.list_payouts'])

const UNCOUNTED = 'the company of test/conformance.ts has no "made", so nobody sees what a repeat makes'

async function judgeAgain(run: Run, bench: Bench, { called, input }: Asked, first: Told): Promise<void> {
  const name = nameOf(called)
  const made = bench.made()
  const again = () => bench.call(called.kind, called.operation, input)
  if (TELLS_MOVEMENTS.has(name))
    run.note('same_movements', `${name}, again: the same movements`, sameAgain(first, await again()))
  if (name === 'registrar.poll')
    run.note('same_events', `${name}, again: the same events`, sameAgain(first, await again()))
  if (name === 'gateway.find_methods')
    run.note('same_methods', `${name}, again: the same methods`, sameAgain(first, await again()))
  if (called.pure) run.note('same_answer', `${name}, again: the same answer`, sameAgain(first, await again()))
  if (!called.changes) return
  const uncounted = bench.company.seen > 0 && !bench.counts
  run.note('made_counted', `${name}: the company counts what is made`, uncounted ? UNCOUNTED : undefined)
  run.note('same_thing', `${name}, again: the same thing`, sameThing(first, await again()))
  run.note('made_once', `${name}, again: nothing is made twice`, madeMore(bench, made))
}
