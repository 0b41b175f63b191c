// One call at a time. `waiting` maps the number of an ask or a timer to what wakes it.
let current = null
let waiting = table()
let lastId = 0
const nextId = () => ++lastId

let plugin
let context
let asksPerCall = 0
let asksAtOnce = 0
let showsStacks = false
const providers = table()

const callOver = () => {
  const error = new Error('The call is over; nothing may be asked after it.')
  error.code = 'E_NO_CALL'
  return error
}

const asError = (answer) => {
  const error = new Error(`${answer.message}`)
  error.code = answer.code
  return error
}

const overLimit = (message) => asError({ code: 'E_LIMIT', message })

const ask = (op, input) =>
  new NativePromise((resolve, reject) => {
    if (current === null) throw callOver()
    if (++current.asks > asksPerCall) throw overLimit(`More than ${asksPerCall} questions in one call.`)
    if (current.open >= asksAtOnce) throw overLimit(`More than ${asksAtOnce} questions at once.`)
    const text = writeJson(input)
    if (text.length > MESSAGE_LENGTH_MAX) throw overLimit(`The ${op} is larger than 1 MiB.`)
    const call = current
    const id = nextId()
    call.open++
    put(waiting, id, (ok, answer) => {
      call.open--
      const value = parseJson(answer)
      if (ok) resolve(value)
      else reject(asError(value))
    })
    out('ask', id, op, text)
  })

const handlersOf = (kind) => {
  if (providers[kind] === undefined) {
    const make = plugin[kind]
    if (typeof make !== 'function') throw new Error(`The plugin has no "${kind}".`)
    put(providers, kind, apply(make, plugin, [context]))
  }
  return providers[kind]
}

const messageOf = (error) => {
  try {
    const text = typeof error === 'object' && error !== null ? error.message : error
    return cut(`${text}`, ERROR_LENGTH_MAX)
  } catch {
    return 'It threw something that cannot be read.'
  }
}

/** Where it was thrown, for whoever writes the plugin. Read like the message: it may be anything. */
const stackOf = (error) => {
  try {
    return typeof error === 'object' && error !== null ? cut(`${error.stack}`, ERROR_LENGTH_MAX) : ''
  } catch {
    return ''
  }
}

const answerOf = async (kind, op, text) => {
  try {
    const handlers = handlersOf(kind)
    const handler = handlers[op]
    if (typeof handler !== 'function') throw new Error(`The plugin's ${kind} has no "${op}".`)
    const value = await apply(handler, handlers, [parseJson(text)])
    const answer = value === undefined ? 'null' : writeJson(value)
    if (typeof answer !== 'string') return refusal('invalid_result', 'it is not data')
    if (answer.length > MESSAGE_LENGTH_MAX) return refusal('invalid_result', 'it is larger than 1 MiB')
    return { ok: true, text: answer }
  } catch (error) {
    return refusal('plugin', messageOf(error), showsStacks ? stackOf(error) : '')
  }
}

const refusal = (code, message, stack = '') => ({ ok: false, text: writeJson({ code, message, stack }) })

const run = async (call, kind, op, text) => {
  const answer = await answerOf(kind, op, text)
  if (current !== call) return
  if (call.lines > LINES_PER_CALL) out('dropped', call.lines - LINES_PER_CALL)
  current = null
  waiting = table()
  dropTimers()
  out('done', call.id, answer.ok, answer.text)
}

const begin = (text) => {
  const start = parseJson(text)
  tokenMark = start.tokenMark
  secretNames = start.secretNames
  asksPerCall = start.asks
  asksAtOnce = start.asksAtOnce
  showsStacks = start.stacks
  context = contextOf(start.settings)
}

/** What came of a long input before the rest of it. */
let parts = ''

/** Entry: starts a call, or hands over the instance's start (`kind` "start") or a part of the input. Never throws. */
const call = (id, kind, op, text, deadlineMs) => {
  if (kind === 'start') return begin(text)
  if (kind === 'part') return void (parts += text)
  const whole = parts + text
  parts = ''
  current = { id, asks: 0, open: 0, lines: 0, tellDropped: 1, timers: 0, endsAt: wallClock() + deadlineMs }
  run(current, kind, op, whole)
}

/** Entry: answers an ask or wakes a timer. */
const settle = (id, ok, text) => {
  const wake = waiting[id]
  if (wake === undefined) return
  delete waiting[id]
  try {
    wake(ok, text)
  } catch {
    // Nothing of a plugin may leave by being thrown: the host process would read it outside of any timeout.
  }
}

/** What the bundle throws is put into words here, within the time of the start. */
expose('berthInstall', (load) => {
  delete globalThis.berthInstall
  try {
    plugin = load()
    if (typeof plugin !== 'object' || plugin === null)
      throw new TypeError('The default export of index.ts must be what definePlugin returned.')
  } catch (error) {
    pure('start_failed', messageOf(error))
  }
})

return { call, settle }
