import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import type { Company, Conformance } from '../../sdk/test-kit/index.ts'
import { ScriptFailed } from './errors.ts'

/** What the author says in `test/conformance.ts`; nothing where there is no such file. Throws ScriptFailed. */
export async function readScript(folder: string): Promise<Conformance> {
  const script = join(folder, 'test', 'conformance.ts')
  if (!existsSync(script)) return {}
  const { default: about } = (await import(pathToFileURL(script).href).catch(refused)) as {
    default?: unknown
  }
  if (typeof about !== 'object' || about === null)
    throw ScriptFailed({ problem: 'it exports no object as its default.' })
  return about
}

const COMES_UP_MS = 30_000

/** The author's company, which must come up in time. Throws ScriptFailed. */
export async function openCompany(
  { company }: Conformance,
  comesUpMs = COMES_UP_MS,
): Promise<Company | undefined> {
  if (company === undefined) return undefined
  const late = new AbortController()
  const problem = `its company was not there after ${comesUpMs / 1_000} seconds.`
  const waited = sleep(comesUpMs, undefined, { signal: late.signal }).then(() => {
    throw ScriptFailed({ problem })
  })
  waited.catch(() => undefined)
  try {
    return await Promise.race([Promise.resolve().then(company).catch(refused), waited])
  } finally {
    late.abort()
  }
}

/** With the first place in the author's own files that the error names. */
function refused(cause: unknown): never {
  const [message, stack] = cause instanceof Error ? [cause.message, cause.stack ?? ''] : [String(cause), '']
  const place = /[/\\](test[/\\][^:()]+:\d+:\d+)/.exec(stack)?.[1]
  throw ScriptFailed({ problem: place === undefined ? message : `${message} (${place})` }, cause)
}
