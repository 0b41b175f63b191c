import {
  FAULTS_TO_TRIP,
  FAULTS_WINDOW_MS,
  HOST_LOSSES_TO_DISABLE,
  HOST_LOSSES_WINDOW_MS,
  TRIPPED_FIRST_MS,
  TRIPPED_LAST_MS,
} from '../limits.ts'

export type BreakerAnswer = { open: false } | { open: true; untilMs: number }

/** Keeps callers away from what fails: one circuit per instance, operation and server. */
export interface Breaker {
  /** Closed, or half open for one probe. Call `record` for every admitted call. */
  admit(circuit: string, nowMs: number): BreakerAnswer
  /** Answers true when this fault opened the circuit. */
  record(circuit: string, fault: boolean, nowMs: number): boolean
  /** Answers true when the plugin is disabled by it. */
  hostLost(plugin: string, nowMs: number): boolean
  disabled(plugin: string): boolean
  /** Staff enable a plugin again. */
  enable(plugin: string): void
  openCircuits(nowMs: number): string[]
}

interface Circuit {
  faultsAt: number[]
  last: boolean[]
  openUntil: number
  openForMs: number
  probing: boolean
}

const LAST_CALLS = 10

export function createBreaker(): Breaker {
  const circuits = new Map<string, Circuit>()
  const losses = new Map<string, number[]>()
  const disabled = new Set<string>()
  return {
    admit(name, nowMs) {
      const circuit = circuits.get(name)
      if (circuit === undefined || circuit.openUntil === 0) return { open: false }
      if (nowMs < circuit.openUntil || circuit.probing) return { open: true, untilMs: circuit.openUntil }
      circuit.probing = true
      return { open: false }
    },
    record(name, fault, nowMs) {
      if (!fault && !circuits.has(name)) return false
      const circuit = circuits.get(name) ?? newCircuit()
      circuits.set(name, circuit)
      return note(circuit, fault, nowMs)
    },
    hostLost(plugin, nowMs) {
      const recent = (losses.get(plugin) ?? []).filter((at) => nowMs - at < HOST_LOSSES_WINDOW_MS)
      losses.set(plugin, [...recent, nowMs])
      if (recent.length + 1 < HOST_LOSSES_TO_DISABLE) return false
      disabled.add(plugin)
      return true
    },
    disabled: (plugin) => disabled.has(plugin),
    enable(plugin) {
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
  if (circuit.probing) return afterProbe(circuit, fault, nowMs)
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
