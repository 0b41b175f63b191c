import { readGatewaysNow } from '../../billing/index.ts'
import { sql } from '../../db/index.ts'
import { systemActor } from '../../kernel/index.ts'
import { cancel, join, refund, workAsStaff, type Stage } from './acts.ts'
import { people, type Person } from './people.ts'

export const YEAR_DAYS = 365

type Say = (line: string) => void
type Advance = (days: number) => Promise<unknown>

interface Act {
  daysAgo: number
  act: (stage: Stage) => Promise<void>
}

/** The longest jump: staff look at the bank and at deliveries after each. */
const STEP_DAYS = 3
const PROGRESS_DAYS = 91

/** Lets the year before today pass in the shop: clients come, pay or do not, and every day's billing is run. */
export async function liveAYear(stage: Stage, advance: Advance, say: Say): Promise<void> {
  let daysAgo = YEAR_DAYS
  const until = async (goal: number) => {
    while (daysAgo > goal) {
      const step = Math.min(STEP_DAYS, daysAgo - goal)
      await advance(step)
      daysAgo -= step
      await workAsStaff(stage, stage.wiring.means.business.today('Europe/Berlin'), daysAgo)
      if (Math.floor(daysAgo / PROGRESS_DAYS) < Math.floor((daysAgo + step) / PROGRESS_DAYS))
        say(await progress(stage, daysAgo))
    }
  }
  for (const { daysAgo: on, act } of actsOf(people)) {
    await until(on)
    await act(stage)
  }
  await until(0)
  // The business clock went on while it all was done; from here on it is the real one.
  const { sharedClock } = stage.wiring
  await sharedClock.advance(-sharedClock.offsetMs())
  await readGatewaysNow(stage.wiring.means, {}, systemActor('sample'))
}

function actsOf(all: readonly Person[]): Act[] {
  const acts = all.flatMap((person): Act[] => [
    { daysAgo: person.joined, act: (stage) => join(stage, person) },
    ...later(person.cancels, (stage) => cancel(stage, idOf(stage, person))),
    ...later(person.refunded, (stage) => refund(stage, idOf(stage, person))),
  ])
  return acts.sort((a, b) => b.daysAgo - a.daysAgo)
}

const later = (daysAgo: number | undefined, act: Act['act']): Act[] =>
  daysAgo === undefined ? [] : [{ daysAgo, act }]

function idOf({ clients }: Stage, person: Person): string {
  return [...clients].find(([, known]) => known === person)![0]
}

async function progress({ wiring: { means }, clients }: Stage, daysAgo: number): Promise<string> {
  const counted = await means.db.get<{ invoices: number }>(sql`select count(*) as invoices from invoices`)
  const when = daysAgo === 0 ? 'today' : `${daysAgo} days ago`
  return `  ${when}: ${clients.size} clients, ${counted!.invoices} invoices`
}
