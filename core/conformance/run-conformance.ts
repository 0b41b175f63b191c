import { openSubject, type BenchMeans } from './bench.ts'
import { calledOf, unknownNames } from './called.ts'
import { judgeDeclines } from './declines.ts'
import { judgeEvents } from './events.ts'
import { judgeInput, type Asked } from './inputs.ts'
import { judgeDomains } from './life-of-domain.ts'
import { judgeLife } from './life-of-service.ts'
import { declinesMissing, domainsMissing, lookUpMissing } from './refusals.ts'
import type { Check } from './rule-names.ts'
import { inputFor, withBench, type Called, type Run } from './run.ts'
import { judgeRequests } from './requests.ts'
import { sampleOf } from './sample.ts'
import { judgeLost, judgeWeathers } from './weather.ts'

export interface ConformanceReport {
  plugin: string
  checks: readonly Check[]
}

/** Calls everything that the plugin of a folder offers, in the real sandbox, and judges what it answers. */
export async function runConformance(means: BenchMeans, folder: string): Promise<ConformanceReport> {
  const subject = await openSubject(means, folder)
  const { manifest } = subject.plugin
  const checks: Check[] = []
  const run: Run = {
    ...{ means, subject },
    note: (rule, name, problem) => void checks.push({ rule, name, problem }),
  }
  try {
    const all = calledOf(manifest)
    judgeScript(run, all)
    for (const called of all) await judge(run, called)
    const created = subject.about.inputs?.['create']?.[0]
    if (created !== undefined && manifest.kinds.provisioner) await judgeLife(run, created)
    if (manifest.kinds.registrar) await judgeDomains(run)
  } finally {
    subject.plugins.stop()
  }
  return { plugin: manifest.id, checks }
}

/** What can be said before anything is called. */
function judgeScript({ subject, note }: Run, all: readonly Called[]): void {
  const { about, plugin } = subject
  note('known_names', 'test/conformance.ts names what there is', unknownNames(about, all))
  if (plugin.manifest.kinds.registrar !== undefined)
    note('domain_named', 'registrar: there are domains to live', domainsMissing(plugin.manifest, about))
  if (plugin.manifest.kinds.gateway === undefined) return
  note('looks_up', 'gateway: a lost answer can be looked up', lookUpMissing(plugin.manifest))
  const missing = declinesMissing(plugin.manifest, about.declines ?? {})
  note('declines_named', 'gateway: there are declines to answer', missing)
}

async function judge(run: Run, called: Called): Promise<void> {
  const own = run.subject.about.inputs?.[called.operation]
  const asks = await judgeInputs(run, called)
  if (asks === 'silent') return
  const input = inputFor(called, own?.[0] ?? sampleOf(called.input, 'most'), KEY)
  if (asks === 'company') await judgeWeathers(run, called, input)
  if (asks === 'company' && called.changes && own) await judgeLost(run, called, input)
  if (run.subject.plugin.manifest.permissions?.data?.some((scope) => scope.includes('.write:')))
    await judgeRequests(run, called, input)
  await judgeDeclines(run, called)
  if (called.operation === 'handle_event') await judgeEvents(run, called)
}

/** Of what an author calls without a key: the same one at each repeat. */
const KEY = 'kit-act'

/** Whether it asked its company for anything. Of what never answers, more answers are not waited for. */
async function judgeInputs(run: Run, called: Called): Promise<'company' | 'nobody' | 'silent'> {
  let asks = false
  for (const inputs of inputsOf(run, called)) {
    let answered = true
    await withBench(run, 'well', async (bench) => {
      for (const asked of inputs) {
        answered = await judgeInput(run, bench, asked)
        if (!answered) break
      }
      asks ||= bench.company.seen > 0
    })
    if (!answered) return 'silent'
  }
  return asks ? 'company' : 'nobody'
}

/** The author's own inputs after each other, then two of the kit's making, each before a new company. */
function inputsOf({ subject: { about } }: Run, called: Called): Asked[][] {
  const own = (about.inputs?.[called.operation] ?? []).map((input, at) => ({
    ...{ called, input: inputFor(called, input, `${KEY}-${at}`), own: true, as: 'own' },
    answer: about.answers?.[called.operation]?.[at],
  }))
  // A schedule is handed nothing, so nothing that the kit makes up excuses it.
  const excused = called.kind !== 'schedule'
  const made = (['least', 'most'] as const).map((size) => [
    { called, input: sampleOf(called.input, size), own: !excused, as: `${size} generated` },
  ])
  return [...(own.length > 0 ? [own] : []), ...made]
}
