const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

class Headers {
  #values = new Map()
  constructor(init) {
    if (init === undefined || init === null) return
    const pairs = typeof init[Symbol.iterator] === 'function' ? init : Object.entries(init)
    for (const [name, value] of pairs) this.append(name, value)
  }
  #key(name) {
    if (!HEADER_NAME.test(`${name}`)) throw new TypeError(`"${name}" is not a header name.`)
    return `${name}`.toLowerCase()
  }
  #text(value) {
    const text = `${value}`.replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, '')
    if (/[\0\r\n]/.test(text)) throw new TypeError('A header value has no line ends.')
    return text
  }
  append(name, value) {
    const key = this.#key(name)
    const text = this.#text(value)
    const held = this.#values.get(key)
    if (held === undefined) this.#values.set(key, [text])
    else held.push(text)
  }
  set(name, value) {
    this.#values.set(this.#key(name), [this.#text(value)])
  }
  get(name) {
    const held = this.#values.get(this.#key(name))
    return held === undefined ? null : held.join(', ')
  }
  getSetCookie() {
    return [...(this.#values.get('set-cookie') ?? [])]
  }
  has(name) {
    return this.#values.has(this.#key(name))
  }
  delete(name) {
    this.#values.delete(this.#key(name))
  }
  *entries() {
    for (const key of [...this.#values.keys()].sort()) {
      if (key === 'set-cookie') for (const value of this.getSetCookie()) yield [key, value]
      else yield [key, this.get(key)]
    }
  }
  *keys() {
    for (const [name] of this.entries()) yield name
  }
  *values() {
    for (const pair of this.entries()) yield pair[1]
  }
  forEach(visit, self) {
    for (const [name, value] of this.entries()) apply(visit, self, [value, name, this])
  }
  [Symbol.iterator]() {
    return this.entries()
  }
}

/** A body is whole: text, bytes, or nothing. */
const bodyFrom = (body) => {
  if (body === undefined || body === null) return null
  if (body instanceof URLSearchParams)
    return { text: body.toString(), type: 'application/x-www-form-urlencoded;charset=UTF-8' }
  if (body instanceof ArrayBuffer || isView(body)) return { bytes: bytesOf(body).slice() }
  return { text: `${body}`, type: 'text/plain;charset=UTF-8' }
}
const bodyText = (body) => (body === null ? '' : (body.text ?? decodeUtf8(body.bytes, false)))
const bodyBytes = (body) => (body === null ? new Uint8Array() : (body.bytes ?? encodeUtf8(body.text)))

class Body {
  #body
  #used = false
  constructor(body) {
    this.#body = body
  }
  get bodyUsed() {
    return this.#used
  }
  static content(holder) {
    return holder.#body
  }
  #take() {
    if (this.#used) throw new TypeError('The body was read before.')
    this.#used = this.#body !== null
    return this.#body
  }
  async text() {
    return new TextDecoder().decode(encodeUtf8(bodyText(this.#take())))
  }
  async json() {
    return parseJson(bodyText(this.#take()))
  }
  async arrayBuffer() {
    return bodyBytes(this.#take()).slice().buffer
  }
  async bytes() {
    return bodyBytes(this.#take()).slice()
  }
}
const { content: contentOf } = Body
delete Body.content

class Request extends Body {
  constructor(input, init = {}) {
    const from = input instanceof Request ? input : undefined
    const body = init.body === undefined && from !== undefined ? contentOf(from) : bodyFrom(init.body)
    super(body)
    this.url = from === undefined ? new URL(`${input}`).href : from.url
    const method = `${init.method ?? from?.method ?? 'GET'}`
    this.method = /^(get|head|post|put|delete|options|patch)$/i.test(method) ? method.toUpperCase() : method
    this.headers = new Headers(init.headers ?? from?.headers)
    this.signal = init.signal ?? from?.signal ?? null
    this.redirect = init.redirect ?? from?.redirect ?? 'follow'
    if (body !== null && (this.method === 'GET' || this.method === 'HEAD'))
      throw new TypeError(`A ${this.method} request has no body.`)
    if (body?.type !== undefined && !this.headers.has('content-type'))
      this.headers.set('content-type', body.type)
  }
  clone() {
    if (this.bodyUsed) throw new TypeError('The body was read before.')
    return new Request(this)
  }
}

class Response extends Body {
  constructor(body, init = {}) {
    const content = body !== null && body?.whole !== undefined ? body.whole : bodyFrom(body)
    super(content)
    this.status = init.status ?? 200
    this.statusText = init.statusText ?? ''
    this.headers = new Headers(init.headers)
    this.url = init.url ?? ''
    this.redirected = init.redirected === true
    this.type = 'basic'
    this.body = null
    if (content?.type !== undefined && !this.headers.has('content-type'))
      this.headers.set('content-type', content.type)
  }
  get ok() {
    return this.status >= 200 && this.status <= 299
  }
  clone() {
    if (this.bodyUsed) throw new TypeError('The body was read before.')
    return new Response({ whole: contentOf(this) }, this)
  }
  static json(value, init = {}) {
    const headers = new Headers(init.headers)
    if (!headers.has('content-type')) headers.set('content-type', 'application/json')
    return new Response(writeJson(value), { ...init, headers })
  }
  static error() {
    return new Response(null, { status: 0 })
  }
}

const wireBody = (body) => (body.text !== undefined ? { text: body.text } : { base64: toBase64(body.bytes) })

const untilAborted = (signal, answer) => {
  if (signal === null) return answer
  return new NativePromise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    answer.then(resolve, reject)
  })
}

const fetch = async (input, init) => {
  const request = new Request(input, init)
  request.signal?.throwIfAborted()
  const body = contentOf(request)
  const question = {
    url: request.url,
    method: request.method,
    headers: [...request.headers],
    redirect: request.redirect,
    ...(body === null ? {} : { body: wireBody(body) }),
  }
  const answer = await untilAborted(request.signal, ask('fetch', question))
  const content = answer.body === undefined ? null : (answer.body.text ?? fromBase64(answer.body.base64))
  return new Response(
    { whole: content === null ? null : typeof content === 'string' ? { text: content } : { bytes: content } },
    answer,
  )
}

expose('Headers', Headers)
expose('Request', Request)
expose('Response', Response)
expose('fetch', fetch)
