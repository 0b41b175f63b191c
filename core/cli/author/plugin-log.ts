import type { App } from '../../app.ts'
import { mapFrames } from './map-frames.ts'

export interface Line {
  id: string
  level: string
  operation: string | null
  message: string
  facts: string
}

/** The newest lines of an instance's log, newest first. */
export const linesOf = (command: App['command'], instance: string, lines: number): Promise<Line[]> =>
  command('plugin.logs', { id: instance, lines }) as Promise<Line[]>

/** Says lines of a log, oldest first, with the places in the author's files that they name. */
export async function sayLines(
  lines: readonly Line[],
  map: Promise<string>,
  say: (line: string) => void,
): Promise<void> {
  for (const { level, operation, message, facts } of lines.toReversed()) {
    say([level, operation, message].filter(Boolean).join(' '))
    const { frames } = JSON.parse(facts) as { frames?: string[] }
    for (const frame of frames ? mapFrames(frames, await map) : []) say(`    at ${frame}`)
  }
}
