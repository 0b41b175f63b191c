import { kindTables, UpgradeStep, type Operation, type ProviderKind } from '../../sdk/index.ts'
import type { Conformance } from '../../sdk/test-kit/index.ts'
import { hookNamed, type Manifest } from '../plugins/index.ts'
import type { Called } from './run.ts'

/** What plugin.json lists: operations of kinds, hooks, schedules, and its upgrade step. */
export function calledOf(manifest: Manifest): Called[] {
  const operations = Object.entries(manifest.kinds).flatMap(([kind, names]) => {
    const table: Record<string, Operation> = kindTables[kind as ProviderKind]
    return (names as string[]).map((operation) => ({
      ...table[operation]!,
      kind: kind as ProviderKind,
      operation,
    }))
  })
  const schedules = (manifest.permissions?.schedules ?? []).map(({ name }) => ({
    ...{ kind: 'schedule' as const, operation: name },
    input: { type: 'object' } as Operation['input'],
  }))
  const move = { kind: 'upgrade' as const, operation: 'move', input: UpgradeStep }
  return [...operations, ...hooksOf(manifest), ...schedules, ...(manifest.upgrade === true ? [move] : [])]
}

function hooksOf(manifest: Manifest): Called[] {
  return (manifest.hooks ?? []).map((entry) => {
    const operation = typeof entry === 'string' ? entry : entry.name
    const hook = hookNamed(operation)
    if (!hook) throw new TypeError(`There is no hook "${operation}"; docs/hooks.md lists all.`)
    const input = hook.input as Operation['input']
    return { kind: hook.law, operation, input, ...(hook.pure ? { pure: true as const } : {}) }
  })
}

/** A name that nothing bears is a slip of the pen, and what stands under it would never be played. */
export function unknownNames(about: Conformance, called: readonly Called[]): string | undefined {
  const known = new Set(called.map(({ operation }) => operation))
  const lists = { inputs: about.inputs, answers: about.answers, declines: about.declines }
  const odd = Object.entries(lists).flatMap(([list, of]) =>
    Object.keys(of ?? {})
      .filter((name) => !known.has(name))
      .map((name) => `${list}.${name}`),
  )
  return odd.length === 0 ? undefined : `plugin.json does not list ${odd.join(', ')}`
}
