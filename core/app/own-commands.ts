import { firstRun } from '../identity/index.ts'
import type { Schedule } from '../jobs/index.ts'
import { advanceClock, showClock } from './advance-clock.ts'
import type { Area, Command, NewInstallation, Wiring } from './areas.ts'
import { InstallationExists } from './errors.ts'
import { createInstallation, findInstallation } from './installation.ts'
import { parseSpan } from './parse-span.ts'

/** What the command line can do without any area. */
export function ownCommands(areas: readonly Area[], schedules: readonly Schedule[]): Record<string, Command> {
  return {
    'clock.show': async (wiring) => showClock(wiring),
    'clock.advance': (wiring, { span, stride }: { span: string; stride?: string }, say) =>
      advanceClock(
        wiring,
        schedules,
        { ms: parseSpan(span), ...(stride ? { strideMs: parseSpan(stride) } : {}) },
        say,
      ),
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
  // The first roles are checked against the permissions that there are, and pages bring verbs of their own.
  await import('./wire/open-web.ts')
  if (existing) throw InstallationExists({ kind: existing.kind })
  await createInstallation(wiring.means, facts.kind)
  await wiring.sharedClock.reread()
  for (const area of areas) await area.install?.(wiring, facts)
  const open = facts.staff ? null : await firstRun(wiring.means, facts.kind)
  return { kind: facts.kind, setup_token: open?.token ?? null }
}
