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

/** Characters, of which each may take six in JSON; those of base64 take one. Address and headers fit beside them. */
const TEXT_PART = 150_000
const BASE64_BODY_PART = 900_000

/** What one question can carry goes with it; a longer body goes ahead, part by part, and is named by its number. */
const wireBody = (body) => {
  const form = body.text === undefined ? 'base64' : 'text'
  const text = body.text ?? toBase64(body.bytes)
  const most = form === 'text' ? TEXT_PART : BASE64_BODY_PART
  return text.length <= most ? { [form]: text } : inParts(form, text, most)
}

const inParts = async (form, text, most) => {
  let kept
  for (let at = 0; at < text.length;) {
    const end = partEnd(text, at + most)
    const part = { [form]: apply(sliceOf, text, [at, end]) }
    kept = await ask('body_part', kept === undefined ? part : { body: kept, ...part })
    at = end
  }
  return { kept }
}

/** A character of two units is not cut apart: its halves would be counted as three bytes each. */
const partEnd = (text, end) => {
  const code = end < text.length ? codeAt(text, end - 1) : 0
  return code >= 0xd800 && code <= 0xdbff ? end - 1 : end
}

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
  const content = contentOf(request)
  const wire = content === null ? undefined : wireBody(content)
  const body = wire?.then === undefined ? wire : await wire
  request.signal?.throwIfAborted()
  const question = {
    url: request.url,
    method: request.method,
    headers: [...request.headers],
    redirect: request.redirect,
    ...(body === undefined ? {} : { body }),
  }
  const answer = await untilAborted(request.signal, ask('fetch', question))
  const told = answer.body === undefined ? null : (answer.body.text ?? fromBase64(answer.body.base64))
  return new Response(
    { whole: told === null ? null : typeof told === 'string' ? { text: told } : { bytes: told } },
    answer,
  )
}

expose('Headers', Headers)
expose('Request', Request)
expose('Response', Response)
expose('fetch', fetch)
