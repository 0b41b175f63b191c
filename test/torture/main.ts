import { parseArgs } from 'node:util'
import { postgresGround, sqliteGround } from './grounds.ts'
import { torture, type Sum } from './torture.ts'
import { bundleVictim } from './victims.ts'

const { values } = parseArgs({
  options: {
    /** Kills at random moments on each engine. */
    rounds: { type: 'string', default: '200' },
    /** "all", or an even choice of so many in each of the two paths. */
    boundaries: { type: 'string', default: 'all' },
    engine: { type: 'string', default: 'both' },
  },
})
const grounds = [
  ...(values.engine === 'postgres' ? [] : [sqliteGround]),
  ...(values.engine === 'sqlite' ? [] : [postgresGround]),
]
const started = performance.now()
const program = await bundleVictim()
const sums: Sum[] = []
for (const make of grounds) {
  const ground = await make()
  try {
    const wanted = {
      random: Number(values.rounds),
      boundaries: values.boundaries === 'all' ? Infinity : Number(values.boundaries),
    }
    sums.push(await torture(ground, wanted, { program, say: (line) => console.log(line) }))
  } finally {
    await ground.end()
  }
}

const total = (of: (sum: Sum) => number) => sums.reduce((all, sum) => all + of(sum), 0)
const failed = total((sum) => sum.failures)
const minutes = ((performance.now() - started) / 60_000).toFixed(1)
console.log(
  `torture: ${total((sum) => sum.atBoundaries)} kills at statement boundaries, ${total((sum) => sum.atRandom)} at random moments, ${failed} failures, in ${minutes} minutes`,
)
process.exit(failed === 0 ? 0 : 1)
