import { loadAllHooks } from '../core/app/wire/all-hooks.ts'
import { allHooks, type Hook, type Law } from '../core/plugins/index.ts'
import { kindTables, type Operation } from '../sdk/index.ts'
import { counterparts } from './hook-counterparts.ts'
import { shapedValues } from './shaped-values.ts'

const HEAD = `# Hooks

Written by \`node scripts/write-hooks.ts\` from the code; a test compares them. A plugin lists the names it wants under \`hooks\` in plugin.json, as a text or as \`{ "name": …, "stage": "early" | "normal" | "late" }\`, and answers them in \`observe\`, \`check\` or \`shape\`. Plugins are asked by stage, then by their ids. Shapes of questions and answers: \`sdk/hooks.ts\`; of what a check says of its own (its facts): \`sdk/check-facts.ts\`, which its handler knows as types.
`

const LAWS: Record<Law, string> = {
  observe: `## Observe: what has happened

Sent after the commit to each instance by itself (one set up for a brand hears of that brand and of what belongs to none), at least once, in order for one subject. A plugin that fails is tried again ten times with growing pauses, then staff find it among the failed jobs. Events of an instance that is switched off wait seven days. Each event names those that led to it (\`causes\`, the nearest first) and whether one of them came of what this very instance had reported or written (\`own\`), so that a plugin need not answer its own echo; what a plugin has written while it hears an event was led to by that event; the chain goes on through what is done at a provider (\`service.suspended\` was led to by \`delivery.done\`, that by \`service.held\`), an order leads to its payment and so to what is delivered on it, while any other payment begins a chain, as a run, a person and a message from outside do; a program that acts through the API because of an event passes its id on as \`Berth-Cause\`. An event that 16 others led to is told to no plugin: that ends hooks that answer each other, and the log says \`hook.too_deep\`. Nothing that an observer does changes what has happened.
`,
  check: `## Check: what is about to happen

Asked before anything is written, while no lock is held; the first refusal ends the act, and its message is shown. A plugin that fails or does not answer in time (a second, or what its plugin.json asks for: deadlines of pages) is passed over and noted, so that it cannot stop the house; where the last column says *stop*, the act cannot be taken back and waits until the plugin answers. What comes from outside (paid, refunded, disputed, delivered) has no check.
`,
  shape: `## Shape: a value on its way

The value is handed on, and each plugin's answer is applied by core within the bounds of its schema. *skip*: a plugin that fails changes nothing. *stop*: the act fails whole, because its sum would be wrong. *pure*: no network, no storage; the same value always has the same answer. An operation of a kind that gives a part of a page or document stands here too: one plugin gives all of that part, so nothing is handed on.
`,
}

const FAILURES: Record<Hook['failure'], string> = { retry: 'tried again', skip: 'skip', stop: '**stop**' }

await loadAllHooks()

/** The whole of docs/hooks.md. */
export function drawHooks(): string {
  const hooks = [...allHooks().values(), ...shapingOperations].sort((a, b) => (a.name < b.name ? -1 : 1))
  const parts = (['observe', 'check', 'shape'] as const).map((law) =>
    [LAWS[law], ...drawTable(hooks.filter((hook) => hook.law === law))].join('\n'),
  )
  return `${[HEAD, ...parts, drawValues()].join('\n')}\n`
}

/** Operations of kinds that shape a part of something: what a reader of hooks looks for among the shapes. */
export const shapingOperations: readonly Row[] = Object.entries(kindTables).flatMap(([kind, table]) =>
  Object.entries(table as Record<string, Operation>).flatMap(
    ([operation, { pure = false, shapes }]): Row[] =>
      shapes
        ? [
            {
              ...{ name: `${kind}.${operation}`, law: 'shape', pure, failure: shapes.failure },
              when: `An operation of the kind \`${kind}\`. ${shapes.says}`,
            },
          ]
        : [],
  ),
)

const drawValues = (): string =>
  [
    '### Which value by what',
    '',
    'A value that one plugin answers whole is no hook but an operation of a kind ([plugins.md](plugins.md)); the table above lists it by its name.',
    '',
    '| Value | By | A plugin fails | Bounds |',
    '|---|---|---|---|',
    ...shapedValues.map(
      ({ value, by, bounds }) =>
        `| ${value} | ${by.map((name) => `\`${name}\``).join(', ')} | ${failureOf(by)} | ${bounds}. |`,
    ),
  ].join('\n')

function failureOf(by: readonly string[]): string {
  const rows = by.map((name) => allHooks().get(name) ?? shapingOperations.find((row) => row.name === name))
  return [...new Set(rows.map((row) => FAILURES[row!.failure]))].join(', ')
}

type Row = Pick<Hook, 'name' | 'law' | 'when' | 'failure' | 'pure'>

function drawTable(hooks: readonly Row[]): string[] {
  return [
    '| Hook | When | A plugin fails | In WHMCS |',
    '|---|---|---|---|',
    ...hooks.map(
      ({ name, when, failure, pure }) =>
        `| \`${name}\` | ${when} | ${FAILURES[failure]}${pure ? ', pure' : ''} | ${counterparts[name] ?? ''} |`,
    ),
    '',
  ]
}
