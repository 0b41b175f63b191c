const formDecode = (text) => {
  const spaced = text.replace(/\+/g, ' ')
  if (!spaced.includes('%')) return spaced
  const source = encodeUtf8(spaced)
  const bytes = new Uint8Array(source.length)
  let at = 0
  for (let i = 0; i < source.length; i++) {
    const pair = source[i] === 37 ? fromCharCode(source[i + 1] ?? 0, source[i + 2] ?? 0) : ''
    if (/^[0-9a-fA-F]{2}$/.test(pair)) {
      bytes[at++] = parseInt(pair, 16)
      i += 2
    } else bytes[at++] = source[i]
  }
  return decodeUtf8(bytes.slice(0, at), false)
}

const formEncode = (text) =>
  encodeURIComponent(text.toWellFormed())
    .replace(/[!'()~]/g, (mark) => `%${codeAt(mark, 0).toString(16).toUpperCase()}`)
    .replace(/%20/g, '+')

class URLSearchParams {
  #pairs = []
  #changed = () => {}
  constructor(init = '') {
    if (typeof init === 'object' && init !== null) {
      const pairs = typeof init[Symbol.iterator] === 'function' ? init : Object.entries(init)
      for (const [name, value] of pairs) this.#pairs.push([`${name}`, `${value}`])
    } else this.#read(`${init}`)
  }
  static follow(search, changed) {
    const params = new URLSearchParams(search)
    params.#changed = changed
    return params
  }
  static refill(params, search) {
    params.#pairs = []
    params.#read(search)
  }
  #read(text) {
    for (const part of text.replace(/^\?/, '').split('&')) {
      if (part === '') continue
      const at = part.indexOf('=')
      const [name, value] = at < 0 ? [part, ''] : [part.slice(0, at), part.slice(at + 1)]
      this.#pairs.push([formDecode(name), formDecode(value)])
    }
  }
  get size() {
    return this.#pairs.length
  }
  append(name, value) {
    this.#pairs.push([`${name}`, `${value}`])
    this.#changed(this)
  }
  delete(name, value) {
    this.#pairs = this.#pairs.filter(
      (pair) => pair[0] !== `${name}` || (value !== undefined && pair[1] !== `${value}`),
    )
    this.#changed(this)
  }
  get(name) {
    return this.#pairs.find((pair) => pair[0] === `${name}`)?.[1] ?? null
  }
  getAll(name) {
    return this.#pairs.filter((pair) => pair[0] === `${name}`).map((pair) => pair[1])
  }
  has(name, value) {
    return this.#pairs.some(
      (pair) => pair[0] === `${name}` && (value === undefined || pair[1] === `${value}`),
    )
  }
  set(name, value) {
    const at = this.#pairs.findIndex((pair) => pair[0] === `${name}`)
    if (at < 0) return this.append(name, value)
    this.#pairs = this.#pairs.filter((pair, index) => index <= at || pair[0] !== `${name}`)
    this.#pairs[at] = [`${name}`, `${value}`]
    this.#changed(this)
  }
  sort() {
    this.#pairs.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0))
    this.#changed(this)
  }
  forEach(visit, self) {
    for (const [name, value] of this.#pairs) apply(visit, self, [value, name, this])
  }
  *entries() {
    for (const [name, value] of this.#pairs) yield [name, value]
  }
  *keys() {
    for (const pair of this.#pairs) yield pair[0]
  }
  *values() {
    for (const pair of this.#pairs) yield pair[1]
  }
  [Symbol.iterator]() {
    return this.entries()
  }
  toString() {
    return this.#pairs.map(([name, value]) => `${formEncode(name)}=${formEncode(value)}`).join('&')
  }
}
const { follow: followParams, refill: refillParams } = URLSearchParams
delete URLSearchParams.follow
delete URLSearchParams.refill

class URL {
  #parts
  #params
  constructor(url, base) {
    this.#parts = askPure('url', { url: `${url}`, ...(base === undefined ? {} : { base: `${base}` }) })
    this.#params = followParams(this.#parts.search, (params) => {
      const text = params.toString()
      this.#change('search', text === '' ? '' : `?${text}`, true)
    })
  }
  #change(part, value, ownParams = false) {
    const changed = askPure('url_set', { href: this.#parts.href, part, value: `${value}` })
    this.#parts = changed
    if (!ownParams) refillParams(this.#params, changed.search)
  }
  static canParse(url, base) {
    return URL.parse(url, base) !== null
  }
  static parse(url, base) {
    try {
      return new URL(url, base)
    } catch {
      return null
    }
  }
  static part(url, name) {
    return url.#parts[name]
  }
  static setPart(url, name, value) {
    url.#change(name, value)
  }
  get searchParams() {
    return this.#params
  }
  toString() {
    return this.#parts.href
  }
  toJSON() {
    return this.#parts.href
  }
}
const { part: partOfUrl, setPart: setPartOfUrl } = URL
delete URL.part
delete URL.setPart
for (const name of [
  'href',
  'protocol',
  'username',
  'password',
  'host',
  'hostname',
  'port',
  'pathname',
  'search',
  'hash',
])
  defineProperty(URL.prototype, name, {
    __proto__: null,
    get() {
      return partOfUrl(this, name)
    },
    set(value) {
      setPartOfUrl(this, name, value)
    },
    enumerable: true,
    configurable: true,
  })
defineProperty(URL.prototype, 'origin', {
  __proto__: null,
  get() {
    return partOfUrl(this, 'origin')
  },
  enumerable: true,
  configurable: true,
})

expose('URL', URL)
expose('URLSearchParams', URLSearchParams)
