import { readFileSync } from 'node:fs'

/** What a file of the system says; null where there is none, or none for us. The system keeps it in memory: no disk is waited for. */
export function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
