import type { RuleName } from '../../../core/conformance/index.ts'
import type { Change } from '../broken-by.ts'

export interface BadPlugin {
  says: string
  example: string
  change: Change
  /** The rules that it must break, with a piece of the name under which the report says it. */
  breaks: Partial<Record<RuleName, string>>
}

type Pair = [from: string, to: string]
export const code = (...pairs: Pair[]): Change => ({ 'index.ts': pairs })
export const script = (...pairs: Pair[]): Change => ({ 'test/conformance.ts': pairs })

/** Every second call in an isolate. */
export const EVEN = '(globalThis.calls = (globalThis.calls ?? 0) + 1) % 2 === 0'
