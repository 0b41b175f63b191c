export type PayBy = 'card' | 'declined_card' | 'transfer' | 'nothing'

/** One client of the sample shop and what becomes of them. Days count back from the start of the shop. */
export interface Person {
  name: string
  company?: string
  /** Country, postcode, city, street. */
  place: readonly [string, string, string, string]
  currency: 'EUR' | 'USD' | 'IDR'
  locale?: string
  joined: number
  buys: string
  cycle: string
  options?: Record<string, string | number | boolean>
  pays: PayBy
  /** Days after the due day on which transfers arrive; 1 when absent. */
  late?: number
  /** From then on nothing is paid any more. */
  stopsPaying?: number
  cancels?: number
  refunded?: number
}

const de = (postcode: string, city: string, street: string) => ['DE', postcode, city, street] as const
const us = (postcode: string, city: string, street: string) => ['US', postcode, city, street] as const
const id = (postcode: string, city: string, street: string) => ['ID', postcode, city, street] as const

const mc = { buys: 'minecraft', currency: 'EUR', cycle: '1m', pays: 'card' } as const

export const people: readonly Person[] = [
  {
    ...mc,
    name: 'Mara Lindner',
    place: de('50667', 'Köln', 'Domstraße 4'),
    joined: 352,
    options: { memory: '4gb' },
  },
  {
    ...mc,
    name: 'Jonas Weber',
    place: de('80331', 'München', 'Talweg 9'),
    joined: 338,
    cycle: '3m',
    locale: 'de',
  },
  {
    ...mc,
    name: 'Claire Moreau',
    place: ['FR', '69002', 'Lyon', 'Rue Mercière 7'],
    joined: 331,
    cycle: '1y',
  },
  {
    ...mc,
    name: 'Budi Santoso',
    place: id('40111', 'Bandung', 'Jalan Braga 21'),
    joined: 322,
    currency: 'IDR',
    pays: 'transfer',
  },
  {
    ...mc,
    name: 'Olivia Carter',
    place: us('97205', 'Portland', '12 Alder Street'),
    joined: 310,
    currency: 'USD',
    cycle: '3m',
    options: { location: 'new-york' },
  },
  {
    ...mc,
    name: 'Sven Albrecht',
    company: 'Albrecht IT',
    place: de('04109', 'Leipzig', 'Markt 3'),
    joined: 296,
    buys: 'web-pro',
    cycle: '1y',
    pays: 'transfer',
    locale: 'de',
  },
  {
    ...mc,
    name: 'Ines Hofer',
    place: ['AT', '1010', 'Wien', 'Graben 17'],
    joined: 281,
    cycle: '3m',
    pays: 'transfer',
    late: 9,
  },
  {
    ...mc,
    name: 'Ethan Brooks',
    place: us('78701', 'Austin', '401 Congress Avenue'),
    joined: 268,
    currency: 'USD',
    buys: 'rust',
    cycle: '3m',
  },
  {
    ...mc,
    name: 'Femke de Vries',
    place: ['NL', '1012', 'Amsterdam', 'Damrak 60'],
    joined: 255,
    buys: 'valheim',
    cancels: 60,
  },
  {
    ...mc,
    name: 'Timo Krause',
    place: de('24103', 'Kiel', 'Hafenweg 2'),
    joined: 241,
    cycle: '1y',
    options: { memory: '4gb' },
    locale: 'de',
  },
  {
    ...mc,
    name: 'Dewi Lestari',
    place: id('55122', 'Yogyakarta', 'Jalan Malioboro 5'),
    joined: 226,
    currency: 'IDR',
    cycle: '3m',
  },
  {
    ...mc,
    name: 'Noah Fischer',
    place: de('70173', 'Stuttgart', 'Königstraße 40'),
    joined: 212,
    buys: 'rust',
    cycle: '3m',
    pays: 'transfer',
    late: 8,
  },
  {
    ...mc,
    name: 'Luc Bernard',
    company: 'Atelier Bernard',
    place: ['FR', '31000', 'Toulouse', 'Rue du Taur 15'],
    joined: 198,
    buys: 'web-start',
    cycle: '1y',
  },
  {
    ...mc,
    name: 'Ava Mitchell',
    place: us('60601', 'Chicago', '75 Wacker Drive'),
    joined: 184,
    currency: 'USD',
    refunded: 150,
  },
  {
    ...mc,
    name: 'Lena Vogt',
    place: de('01067', 'Dresden', 'Altmarkt 8'),
    joined: 171,
    cycle: '3m',
    locale: 'de',
  },
  {
    ...mc,
    name: 'Agus Wijaya',
    company: 'Wijaya Digital',
    place: id('10110', 'Jakarta', 'Jalan Thamrin 10'),
    joined: 157,
    currency: 'IDR',
    buys: 'vps',
    cycle: '6m',
  },
  {
    ...mc,
    name: 'Paul Neumann',
    place: de('28195', 'Bremen', 'Am Wall 31'),
    joined: 143,
    pays: 'transfer',
    stopsPaying: 75,
  },
  {
    ...mc,
    name: 'Sanne Bakker',
    place: ['NL', '3511', 'Utrecht', 'Oudegracht 112'],
    joined: 128,
    cycle: '3m',
  },
  {
    ...mc,
    name: 'Mia Richter',
    place: de('90402', 'Nürnberg', 'Burgstraße 1'),
    joined: 101,
    buys: 'valheim',
    cycle: '3m',
    locale: 'de',
  },
  {
    ...mc,
    name: 'Lucas Reed',
    place: us('02108', 'Boston', '18 Beacon Street'),
    joined: 86,
    currency: 'USD',
    cycle: '1y',
  },
  { ...mc, name: 'Emil Sommer', place: de('99084', 'Erfurt', 'Anger 22'), joined: 38, pays: 'declined_card' },
  {
    ...mc,
    name: 'Rina Putri',
    place: id('60271', 'Surabaya', 'Jalan Tunjungan 3'),
    joined: 48,
    currency: 'IDR',
  },
  {
    ...mc,
    name: 'Greta Blum',
    place: de('55116', 'Mainz', 'Ludwigsstraße 6'),
    joined: 33,
    pays: 'transfer',
    stopsPaying: 25,
  },
  {
    ...mc,
    name: 'Hugo Laurent',
    place: ['FR', '44000', 'Nantes', 'Quai de la Fosse 2'],
    joined: 19,
    buys: 'rust',
  },
  {
    ...mc,
    name: 'Carla Stein',
    company: 'Stein & Co',
    place: de('20095', 'Hamburg', 'Speersort 10'),
    joined: 2,
    buys: 'ryzen-12',
  },
  {
    ...mc,
    name: 'Leo Winter',
    place: de('45127', 'Essen', 'Kettwiger Straße 5'),
    joined: 1,
    pays: 'nothing',
  },
]

/** What the order forms of the products ask for. */
export const answers: Readonly<Record<string, Record<string, string | boolean>>> = {
  minecraft: { eula: true },
  valheim: { 'server-name': 'The long hall', password: 'Runestone7' },
  rust: { hostname: 'Weekend wipe' },
  'web-start': { domain: 'atelier.example' },
  'web-pro': { domain: 'albrecht.example' },
  'ryzen-12': { system: 'Debian 13' },
}
