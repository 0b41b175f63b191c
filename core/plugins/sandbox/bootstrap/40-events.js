class DOMException extends Error {
  #name
  constructor(message = '', name = 'Error') {
    super(message)
    this.#name = `${name}`
  }
  get name() {
    return this.#name
  }
  get code() {
    return { AbortError: 20, TimeoutError: 23, DataCloneError: 25, InvalidCharacterError: 5 }[this.#name] ?? 0
  }
}

class Event {
  #type
  #prevented = false
  #stopped = false
  constructor(type, options = {}) {
    this.#type = `${type}`
    this.bubbles = options.bubbles === true
    this.cancelable = options.cancelable === true
    this.timeStamp = performance.now()
    this.target = null
    this.currentTarget = null
  }
  get type() {
    return this.#type
  }
  get defaultPrevented() {
    return this.#prevented
  }
  preventDefault() {
    if (this.cancelable) this.#prevented = true
  }
  stopPropagation() {}
  stopImmediatePropagation() {
    this.#stopped = true
  }
  static isStopped(event) {
    return event.#stopped
  }
}
const { isStopped } = Event
delete Event.isStopped

class CustomEvent extends Event {
  #detail
  constructor(type, options = {}) {
    super(type, options)
    this.#detail = options.detail ?? null
  }
  get detail() {
    return this.#detail
  }
}

class EventTarget {
  #listeners = []
  addEventListener(type, listener, options) {
    if (listener === null || listener === undefined) return
    const known = this.#listeners.some((entry) => entry.type === `${type}` && entry.listener === listener)
    if (known || options?.signal?.aborted === true) return
    this.#listeners.push({ type: `${type}`, listener, once: options?.once === true })
    options?.signal?.addEventListener('abort', () => this.removeEventListener(type, listener))
  }
  removeEventListener(type, listener) {
    this.#listeners = this.#listeners.filter(
      (entry) => entry.type !== `${type}` || entry.listener !== listener,
    )
  }
  dispatchEvent(event) {
    event.target = this
    event.currentTarget = this
    for (const entry of [...this.#listeners]) {
      if (entry.type !== event.type || isStopped(event)) continue
      if (entry.once) this.removeEventListener(entry.type, entry.listener)
      try {
        if (typeof entry.listener === 'function') apply(entry.listener, this, [event])
        else entry.listener.handleEvent(event)
      } catch (error) {
        writeLine('error', [`A listener of "${event.type}" threw:`, error])
      }
    }
    return !event.defaultPrevented
  }
}

const SIGNAL_KEY = Symbol('signal')

class AbortSignal extends EventTarget {
  #aborted = false
  #reason
  constructor(key) {
    if (key !== SIGNAL_KEY) throw new TypeError('Use an AbortController.')
    super()
    this.onabort = null
  }
  get aborted() {
    return this.#aborted
  }
  get reason() {
    return this.#reason
  }
  throwIfAborted() {
    if (this.#aborted) throw this.#reason
  }
  static end(signal, reason) {
    if (signal.#aborted) return
    signal.#aborted = true
    signal.#reason = reason === undefined ? new DOMException('This was aborted.', 'AbortError') : reason
    const event = new Event('abort')
    if (typeof signal.onabort === 'function') apply(signal.onabort, signal, [event])
    signal.dispatchEvent(event)
  }
  static abort(reason) {
    const signal = new AbortSignal(SIGNAL_KEY)
    endSignal(signal, reason)
    return signal
  }
  static timeout(ms) {
    const signal = new AbortSignal(SIGNAL_KEY)
    setTimeout(() => endSignal(signal, new DOMException('The time is over.', 'TimeoutError')), ms)
    return signal
  }
  static any(signals) {
    const joined = new AbortSignal(SIGNAL_KEY)
    for (const signal of signals) {
      if (signal.aborted) endSignal(joined, signal.reason)
      else signal.addEventListener('abort', () => endSignal(joined, signal.reason), { once: true })
    }
    return joined
  }
}
const { end: endSignal } = AbortSignal
delete AbortSignal.end

class AbortController {
  #signal = new AbortSignal(SIGNAL_KEY)
  get signal() {
    return this.#signal
  }
  abort(reason) {
    endSignal(this.#signal, reason)
  }
}

expose('DOMException', DOMException)
expose('Event', Event)
expose('CustomEvent', CustomEvent)
expose('EventTarget', EventTarget)
expose('AbortSignal', AbortSignal)
expose('AbortController', AbortController)
