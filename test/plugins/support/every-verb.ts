import { resolve } from 'node:path'
import '../../../core/http/index.ts'
import type { Actor } from '../../../core/kernel/index.ts'
import type { VerbRules } from '../../../core/records/index.ts'
import type { TSchema } from '../../../sdk/index.ts'
import { declarations } from './reached.ts'

export type AnyVerb = VerbRules<TSchema> & ((means: never, input: never, actor: Actor) => Promise<unknown>)

export interface FoundVerb {
  /** Where it is declared, and under which name. */
  file: string
  name: string
  verb: AnyVerb
}

/** Every verb of core with its code. */
export async function everyVerb(): Promise<FoundVerb[]> {
  const files = declarations.flatMap(({ file, text }) => (text.includes('defineVerb(') ? [file] : []))
  return (await Promise.all([...new Set(files)].map(verbsOf))).flat()
}

async function verbsOf(file: string): Promise<FoundVerb[]> {
  const module = (await import(resolve(import.meta.dirname, '../../..', file))) as Record<string, unknown>
  return Object.entries(module).flatMap(([name, value]) =>
    typeof value === 'function' && (value as Partial<AnyVerb>).permission !== undefined
      ? [{ file, name, verb: value as AnyVerb }]
      : [],
  )
}
