import { createHash, randomBytes } from 'node:crypto'
import type { Schedule } from '../jobs/index.ts'
import { advanceClock, parseSpan, showClock } from './advance-clock.ts'
import type { Area, Command, NewInstallation, Wiring } from './areas.ts'
import { InstallationExists } from './errors.ts'
import { createInstallation, findInstallation } from './installation.ts'

const TOKEN_BYTES = 24

/** What the command line can do without any area. */
export function ownCommands(areas: readonly Area[], schedules: readonly Schedule[]): Record<string, Command> {
  return {
    'clock.show': async (wiring) => showClock(wiring),
    'clock.advance': (wiring, { span }: { span: string }, say) =>
      advanceClock(wiring, schedules, parseSpan(span), say),
    health: (wiring) => wiring.health(),
    init: (wiring, facts: NewInstallation) => init(wiring, areas, facts),
  }
}

/** Makes the installation; answers the token that opens its set-up page when no staff was named. */
async function init(
  wiring: Wiring,
  areas: readonly Area[],
  facts: NewInstallation,
): Promise<{ kind: string; setup_token: string | null }> {
  const existing = await findInstallation(wiring.means.db)
  if (existing) throw InstallationExists({ kind: existing.kind })
  const token = facts.staff ? null : randomBytes(TOKEN_BYTES).toString('base64url')
  const hash = token && createHash('sha256').update(token).digest('hex')
  await createInstallation(wiring.means, facts.kind, hash)
  await wiring.sharedClock.reread()
  for (const area of areas) await area.install?.(wiring, facts)
  return { kind: facts.kind, setup_token: token }
}
