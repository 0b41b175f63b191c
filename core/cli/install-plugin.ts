import { BerthError } from '../kernel/index.ts'
import type { Call } from './run-command.ts'

export interface Inspected {
  id: string
  name: string
  version: string
  author: string | null
  installed: string | null
  asked: string[]
  added: string[]
}

export interface InstallOptions {
  grant?: true
  allowUnsigned?: true
  allowLower?: true
  acceptAuthor?: string
}

/** Installs what was inspected. A refusal that an option answers names it; nobody types one by habit. */
export async function installByHand(
  ask: (call: Call) => Promise<unknown>,
  { text, found, options }: { text: string; found: Inspected; options: InstallOptions },
): Promise<void> {
  const input = {
    ...{ package: text, granted: found.asked.map((line) => line.slice(2)) },
    ...(options.allowUnsigned ? { allow_unsigned: true } : {}),
    ...(options.allowLower ? { allow_lower: true } : {}),
    ...(options.acceptAuthor ? { accept_author: options.acceptAuthor } : {}),
  }
  try {
    await ask({ name: 'plugin.install', input })
  } catch (error) {
    if (!(error instanceof BerthError)) throw error
    const option = answerTo(error.code, found)
    if (option === undefined) throw error
    throw new BerthError(error.code, error.status, `${error.message} The option for that: ${option}`, {
      cause: error,
    })
  }
}

function answerTo(code: string, { author }: Inspected): string | undefined {
  if (code === 'plugin.unsigned') return '--allow-unsigned'
  if (code === 'plugin.version_lower') return '--allow-lower'
  return code === 'plugin.author_changed' ? `--accept-author "${author}"` : undefined
}
