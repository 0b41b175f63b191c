import { maskedStart } from './broker/secrets.ts'
import type { LineBudget } from './line-budget.ts'
import { LOG_LINE_LENGTH, LOG_LINES_PER_CALL } from './limits.ts'
import { nameOf, type PluginCall, type Traces } from './plugin-call.ts'
import type { PluginLog, PluginLogLine } from './ports.ts'
import type { PoolCall } from './supervisor/pool.ts'

interface CallLines extends Pick<PoolCall, 'onLine' | 'onDropped'> {
  /** The call is over: its log says how many lines it wrote too many. */
  end(): void
}

/** Keeps what one call logs, within the budget of its instance. */
export function keepLines(
  { log, lines }: { log: PluginLog; lines: LineBudget },
  call: PluginCall,
  { seen }: Traces,
): CallLines {
  const { id, plugin } = call.instance
  const about = { instance: id, plugin: plugin.manifest.id, operation: nameOf(call) }
  let dropped = 0
  return {
    onLine(level, text) {
      if (lines.admit(id))
        log.line({ ...about, level: known(level), text: maskedStart(text, seen, LOG_LINE_LENGTH) })
    },
    onDropped(count) {
      dropped = Math.max(dropped, count)
    },
    end() {
      if (dropped === 0 || !lines.admit(id, dropped)) return
      const text = `${dropped} lines beyond ${LOG_LINES_PER_CALL} were dropped.`
      log.line({ ...about, level: 'warn', text })
    },
  }
}

const known = (level: string): PluginLogLine['level'] =>
  level === 'warn' || level === 'error' ? level : 'info'
