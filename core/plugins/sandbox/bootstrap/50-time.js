const startedAt = wallClock()
const performance = freeze({ timeOrigin: startedAt, now: () => max(0, trunc(wallClock() - startedAt)) })

const DELAY_MAX = 300_000
let timers = table()
let timerCount = 0

const dropTimers = () => {
  timers = table()
  timerCount = 0
}

const wakeLater = (id, timer) => {
  put(waiting, id, () => {
    if (timers[id] === undefined) return
    if (timer.again) wakeLater(id, timer)
    else forgetTimer(id)
    try {
      apply(timer.run, undefined, timer.rest)
    } catch (error) {
      writeLine('error', ['A timer threw:', error])
    }
  })
  out('timer', id, timer.delay)
}

const forgetTimer = (id) => {
  if (timers[id] === undefined) return
  delete timers[id]
  delete waiting[id]
  timerCount--
}

const addTimer = (run, delay, rest, again) => {
  if (typeof run !== 'function') throw new TypeError('A timer needs a function.')
  if (current === null) throw callOver()
  if (++current.timers > TIMERS_PER_CALL)
    throw new RangeError(`More than ${TIMERS_PER_CALL} timers in one call.`)
  if (timerCount >= TIMERS_AT_ONCE) throw new RangeError(`More than ${TIMERS_AT_ONCE} timers at once.`)
  const ms = trunc(Number(delay))
  const id = nextId()
  const timer = { run, rest, again, delay: isFiniteNumber(ms) ? min(max(ms, 1), DELAY_MAX) : 1 }
  timerCount++
  put(timers, id, timer)
  wakeLater(id, timer)
  return id
}

const setTimeout = (run, delay, ...rest) => addTimer(run, delay, rest, false)
const setInterval = (run, delay, ...rest) => addTimer(run, delay, rest, true)
const clearTimeout = (id) => {
  if (typeof id !== 'number' || timers[id] === undefined) return
  forgetTimer(id)
  out('untimer', id)
}

const settled = NativePromise.resolve()
const { then: promiseThen } = NativePromise.prototype
const queueMicrotask = (run) => {
  if (typeof run !== 'function') throw new TypeError('queueMicrotask needs a function.')
  apply(promiseThen, settled, [
    () => {
      try {
        run()
      } catch (error) {
        writeLine('error', ['A microtask threw:', error])
      }
    },
  ])
}

/** Plain data: what JSON has, and dates, maps, sets, buffers and their views, shared parts and circles included. */
const cloneValue = (value, seen) => {
  if (typeof value === 'function' || typeof value === 'symbol')
    throw new DOMException(`A ${typeof value} cannot be cloned.`, 'DataCloneError')
  if (typeof value !== 'object' || value === null) return value
  if (seen.has(value)) return seen.get(value)
  if (value instanceof Date) return new Date(+value)
  if (value instanceof ArrayBuffer) return value.slice(0)
  if (value instanceof DataView)
    return new DataView(value.buffer.slice(0), value.byteOffset, value.byteLength)
  if (isView(value)) return value.slice()
  if (value instanceof Error) return new Error(value.message)
  const copy = value instanceof Map ? new Map() : value instanceof Set ? new Set() : isArray(value) ? [] : {}
  seen.set(value, copy)
  if (value instanceof Map) for (const [k, v] of value) copy.set(cloneValue(k, seen), cloneValue(v, seen))
  else if (value instanceof Set) for (const v of value) copy.add(cloneValue(v, seen))
  else for (const key of keysOf(value)) put(copy, key, cloneValue(value[key], seen))
  return copy
}

expose('performance', performance)
expose('setTimeout', setTimeout)
expose('setInterval', setInterval)
expose('clearTimeout', clearTimeout)
expose('clearInterval', clearTimeout)
expose('queueMicrotask', queueMicrotask)
expose('structuredClone', (value) => cloneValue(value, new Map()))
