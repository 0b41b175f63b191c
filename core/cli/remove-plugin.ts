import { createInterface } from 'node:readline/promises'
import type { Call } from './run-command.ts'

interface Removing {
  id: string
  /** Nobody is asked. */
  yes: boolean
}

type Ask = (call: Call) => Promise<unknown>

/**
 * Says what goes with a plugin, asks, and removes it. Where nobody can answer, it is refused unless `yes` was said.
 * Answers whether it was removed.
 */
export async function removeByHand(
  ask: Ask,
  { id, yes }: Removing,
  say: (line: string) => void,
): Promise<boolean> {
  const lines = (await ask({ name: 'plugin.removal', input: { plugin_id: id } })) as string[]
  lines.forEach(say)
  if (!yes && !(await agreed(id, say))) return false
  await ask({ name: 'plugin.remove', input: { plugin_id: id } })
  say(`${id} was removed.`)
  return true
}

async function agreed(id: string, say: (line: string) => void): Promise<boolean> {
  if (!process.stdin.isTTY) {
    say(`Nothing was removed: nobody can be asked here. Say "berth plugin remove ${id} --yes" to remove it.`)
    return false
  }
  const screen = createInterface({ input: process.stdin, output: process.stdout })
  const closed = new AbortController()
  // Ctrl-D or Ctrl-C is no answer, and the question would wait for one for ever.
  screen.once('close', () => closed.abort())
  const asked = screen.question(`Type ${id} to remove all of this: `, { signal: closed.signal })
  const typed = (await asked.catch(() => '')).trim()
  screen.close()
  if (typed !== id) say('Nothing was removed.')
  return typed === id
}
