import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** `type: …` or `event = …` up to the end of the value, which may go on over lines of a choice. */
const NAMED = /\b(?:type|event)(?::| =) (?=[^\n]*['`])([^\n]*(?:\n\s+[?:] [^\n]*)*)/g
const LITERAL = /'([a-z_]+\.[a-z_]+)'|`([^`\s]*\.[^`\s]*)`/g

/**
 * Every name of an event that a file of core which records events or moves states writes down: alone, as one side of a
 * choice, or as a template, which is given as it stands in the code.
 */
export function recordedEvents(root: string): { file: string; name: string }[] {
  return globSync('core/**/*.ts', { cwd: root })
    .map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }))
    .filter(({ text }) => /\b(?:recordEvents?|applyTransition)\(/.test(text))
    .flatMap(({ file, text }) =>
      [...text.matchAll(NAMED)].flatMap(([, value]) =>
        [...value!.matchAll(LITERAL)].map(([, plain, composed]) => ({ file, name: (plain ?? composed)! })),
      ),
    )
}
