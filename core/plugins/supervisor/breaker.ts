import {
  FAULTS_TO_TRIP,
  FAULTS_WINDOW_MS,
  HOST_LOSSES_TO_DISABLE,
  HOST_LOSSES_WINDOW_MS,
  TRIPPED_FIRST_MS,
  TRIPPED_LAST_MS,
} from '../limits.ts'

export type BreakerAnswer = { open: false; probe: boolean } | { open: true; untilMs: number }

/** How an admitted call ended, and whether it was the probe. */
export interface Outcome {
  fault: boolean
  probe: boolean
}

/** Keeps callers away from what fails: one circuit per instance, operation and server. */
export interface Breaker {
  /** Closed, or half open for one probe. Call `record` for every admitted call. */
  admit(circuit: string, nowMs: number): BreakerAnswer
  /**
   * Answers true when this fault opened the circuit. Calls that were admitted before it opened and end later say
   * nothing new: only the probe decides.
   */
  record(circuit: string, outcome: Outcome, nowMs: number): boolean
  /**
   * 'disabled': the plugin is, by this one, until the registry says so. 'known': however many of its calls ran in one
   * host, it lost one.
   */
  hostLost(plugin: string, host: object, nowMs: number): 'known' | 'counted' | 'disabled'
  disabled(plugin: string): boolean
  /** The registry knows, or staff enabled it again: its losses count from nothing. */
  forgive(plugin: string): void
  openCircuits(nowMs: number): string[]
}

interface Circuit {
  faultsAt: number[]
  last: boolean[]
  openUntil: number
  openForMs: number
  probing: boolean
}

interface Loss {
  host: object
  at: number
}

const LAST_CALLS = 10

export function createBreaker(): Breaker {
  const circuits = new Map<string, Circuit>()
  const losses = new Map<string, Loss[]>()
  const disabled = new Set<string>()
  return {
    admit(name, nowMs) {
      const circuit = circuits.get(name)
      if (circuit === undefined || circuit.openUntil === 0) return { open: false, probe: false }
      if (nowMs < circuit.openUntil || circuit.probing) return { open: true, untilMs: circuit.openUntil }
      circuit.probing = true
      return { open: false, probe: true }
    },
    record(name, { fault, probe }, nowMs) {
      if (!fault && !circuits.has(name)) return false
      const circuit = circuits.get(name) ?? newCircuit()
      circuits.set(name, circuit)
      if (circuit.openUntil === 0) return note(circuit, fault, nowMs)
      return probe && afterProbe(circuit, fault, nowMs)
    },
    hostLost(plugin, host, nowMs) {
      const recent = (losses.get(plugin) ?? []).filter(({ at }) => nowMs - at < HOST_LOSSES_WINDOW_MS)
      if (recent.some((loss) => loss.host === host)) return 'known'
      losses.set(plugin, [...recent, { host, at: nowMs }])
      if (recent.length + 1 < HOST_LOSSES_TO_DISABLE) return 'counted'
      disabled.add(plugin)
      return 'disabled'
    },
    disabled: (plugin) => disabled.has(plugin),
    forgive(plugin) {
      disabled.delete(plugin)
      losses.delete(plugin)
    },
    openCircuits: (nowMs) => [...circuits].filter(([, one]) => one.openUntil > nowMs).map(([name]) => name),
  }
}

const newCircuit = (): Circuit => ({
  faultsAt: [],
  last: [],
  openUntil: 0,
  openForMs: TRIPPED_FIRST_MS,
  probing: false,
})

function note(circuit: Circuit, fault: boolean, nowMs: number): boolean {
  circuit.last = [...circuit.last, fault].slice(-LAST_CALLS)
  circuit.faultsAt = circuit.faultsAt.filter((at) => nowMs - at < FAULTS_WINDOW_MS)
  if (!fault) return false
  circuit.faultsAt.push(nowMs)
  const half = circuit.last.length === LAST_CALLS && circuit.last.filter(Boolean).length >= LAST_CALLS / 2
  if (circuit.faultsAt.length < FAULTS_TO_TRIP && !half) return false
  circuit.openUntil = nowMs + circuit.openForMs
  return true
}

function afterProbe(circuit: Circuit, fault: boolean, nowMs: number): boolean {
  if (!fault) {
    Object.assign(circuit, newCircuit())
    return false
  }
  circuit.probing = false
  circuit.openForMs = Math.min(circuit.openForMs * 2, TRIPPED_LAST_MS)
  circuit.openUntil = nowMs + circuit.openForMs
  return true
}
