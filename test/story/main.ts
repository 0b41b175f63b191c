import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { moved, yearsAhead } from './calendar.ts'
import { differences } from './compare.ts'
import { liveTheYear, year } from './year.ts'
import { makeWorld, type Engine } from './world.ts'

const { values } = parseArgs({ options: { engine: { type: 'string', default: 'both' } } })
const engines = (['sqlite', 'postgres'] as const).filter(
  (name) => values.engine === 'both' || values.engine === name,
)
if (engines.length === 0)
  throw new Error(`There is no engine "${values.engine}"; sqlite, postgres and both are known.`)

const years = yearsAhead(year[0]!.on, new Date())
const expected = readFileSync(join(import.meta.dirname, 'expected.csv'), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => moved(compared(line), years))

let different = 0
for (const engine of engines) different += await tell(engine)
const documents = `${expected.length} documents and movements on ${engines.join(' and ')}`
console.log(
  different === 0
    ? `story: ${documents}, all as worked out by hand`
    : `story: ${documents}, ${different} lines differ`,
)
process.exit(different === 0 ? 0 : 1)

/** Answers how many lines of the books are not as expected. */
async function tell(engine: Engine): Promise<number> {
  const started = performance.now()
  const world = await makeWorld(engine)
  try {
    const found = await liveTheYear(
      world,
      (day) => moved(day, years),
      (line) => console.log(`${engine}: ${line}`),
    )
    const lines = differences(expected, found)
    for (const line of lines) console.log(`${engine}: ${line}`)
    const seconds = Math.round((performance.now() - started) / 1_000)
    console.log(`${engine}: ${found.length} lines read, ${lines.length} differ, in ${seconds} s`)
    return lines.length
  } finally {
    await world.end()
  }
}

/** The explanation at the end of a line is for people. */
function compared(line: string): string {
  return line.split(',').slice(0, 7).join(',')
}
