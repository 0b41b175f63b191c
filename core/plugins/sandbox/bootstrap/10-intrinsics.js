// Everything that this runtime uses later is taken now, before a plugin can replace it. `out` and `pure` are the
// two functions of the host process; they never leave this closure.
const { parse: parseJson, stringify: writeJson } = JSON
const { defineProperty, create: createObject, getPrototypeOf, keys: keysOf, freeze } = Object
const { apply, ownKeys } = Reflect
const { now: wallClock } = Date
const { floor, min, max, trunc } = Math
const { isArray } = Array
const { isView } = ArrayBuffer
const { fromCharCode } = String
const charCodeAt = String.prototype.charCodeAt
const codeAt = (text, index) => apply(charCodeAt, text, [index])
const sliceOf = String.prototype.slice
const indexIn = String.prototype.indexOf
const holds = (text, part) => apply(indexIn, text, [part]) !== -1
const cut = (text, length) => (text.length > length ? apply(sliceOf, text, [0, length]) : text)
const NativePromise = Promise
const isFiniteNumber = Number.isFinite

const MESSAGE_LENGTH_MAX = 1024 * 1024
const ERROR_LENGTH_MAX = 2000
const LINE_LENGTH_MAX = 2048
const LINES_PER_CALL = 50
const TIMERS_AT_ONCE = 32
const TIMERS_PER_CALL = 5_000

// Tables are objects without prototype, written by definition: a trap on a prototype neither sees nor stops it.
const table = () => createObject(null)
const put = (target, key, value) =>
  defineProperty(target, key, {
    __proto__: null,
    value,
    configurable: true,
    enumerable: true,
    writable: true,
  })

const expose = (name, value) =>
  defineProperty(globalThis, name, {
    __proto__: null,
    value,
    configurable: true,
    enumerable: false,
    writable: true,
  })

for (const name of [
  'Atomics',
  'FinalizationRegistry',
  'SharedArrayBuffer',
  'WeakRef',
  'WebAssembly',
  'console',
  'eval',
])
  delete globalThis[name]

const askPure = (op, input) => {
  const answer = parseJson(pure(op, writeJson(input)))
  if (!answer.ok) throw new TypeError(`${op}: ${answer.reason}`)
  return answer.value
}
