import type { Clock, Instant } from '../kernel/index.ts'
import type { PluginLog } from './ports.ts'
import type { HostLoss, LossName } from './supervisor/host-loss.ts'

/** A host process that ended, or was ended. */
export interface EndedHost {
  ward: string
  name: LossName
  at: Instant
}

/** What befell host processes since this process started: in the log, and the last of it by name. */
export interface HostBook {
  onOutput(ward: string, text: string): void
  onLost(ward: string, loss: HostLoss): void
  /** The newest first. */
  losses(): EndedHost[]
}

const LOSSES_KEPT = 20

export function createHostBook({ clock, log }: { clock: Clock; log: PluginLog }): HostBook {
  let losses: EndedHost[] = []
  return {
    onOutput: (ward, text) => log.incident({ kind: 'host_output', detail: `${ward}: ${text}` }),
    onLost(ward, { name, says }) {
      losses = [{ ward, name, at: clock.now() }, ...losses].slice(0, LOSSES_KEPT)
      log.incident({ kind: 'host_lost', detail: `${ward}: ${says}` })
    },
    losses: () => losses,
  }
}
