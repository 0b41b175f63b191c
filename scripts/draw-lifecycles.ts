// Loading the application and its pages declares every lifecycle.
import '../core/app.ts'
import '../core/app/wire/open-web.ts'
import { allLifecycles, type Lifecycle } from '../core/kernel/index.ts'

const HEAD = `# States and transitions

Written by \`node scripts/write-lifecycles.ts\` from the tables in the code; a test compares them. Only \`applyTransition\` (\`core/records/apply.ts\`) writes a state. A *fact* comes from outside and has no check hook: nobody may refuse what has happened. What *follows* from an act that was checked has none either. All others are decisions of ours, and plugins are asked first. The event is what consumers, webhooks and plugins hear; audit rows say \`noun.transition\`.
`

/** The whole of docs/lifecycles.md. */
export function drawLifecycles(): string {
  const sorted = [...allLifecycles].sort((a, b) => (titleOf(a) < titleOf(b) ? -1 : 1))
  return [HEAD, ...sorted.map(drawLifecycle)].join('\n')
}

function drawLifecycle(lifecycle: Lifecycle): string {
  const rows = Object.entries(lifecycle.transitions).map(([name, { from, to, fact, follows, event }]) => {
    const cells = [
      name,
      from.join(', '),
      to,
      event ?? `${lifecycle.noun}.${to}`,
      fact ? `fact: ${fact}` : follows ? `follows: ${follows}` : '',
    ]
    return `| ${cells.join(' | ')} |`
  })
  return [
    `## ${titleOf(lifecycle)}`,
    '',
    `Begins as \`${lifecycle.initial}\`.`,
    '',
    '| Transition | From | To | Event | |',
    '|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}

/** A service has two tables, one a column. */
function titleOf({ noun, column }: Lifecycle): string {
  return column === 'status' ? noun : `${noun} (${column})`
}
