import type { Location, Node, Stamped } from '../panel/records.ts'

type Stamps = Omit<Stamped, 'id'>

export function seedLocations(stamps: Stamps): Location[] {
  return [
    { ...stamps, id: 1, short: 'eu.fra', long: 'Frankfurt, Germany' },
    { ...stamps, id: 2, short: 'us.nyc', long: 'New York, United States' },
  ]
}

export function seedNodes(stamps: Stamps): Node[] {
  const node = { ...stamps, public: true, maintenance_mode: false, description: '' }
  return [
    {
      ...node,
      id: 1,
      uuid: '3c1d2a90-16a1-4d6b-8b7e-6d8d3f1c0a11',
      name: 'fra-1',
      location_id: 1,
      fqdn: 'fra-1.panel.example',
      memory: 65_536,
      memory_overallocate: 0,
      disk: 512_000,
      disk_overallocate: 0,
    },
    {
      ...node,
      id: 2,
      uuid: '3c1d2a90-16a1-4d6b-8b7e-6d8d3f1c0a12',
      name: 'fra-2',
      location_id: 1,
      fqdn: 'fra-2.panel.example',
      memory: 32_768,
      memory_overallocate: 25,
      disk: 256_000,
      disk_overallocate: 50,
    },
    {
      ...node,
      id: 3,
      uuid: '3c1d2a90-16a1-4d6b-8b7e-6d8d3f1c0a13',
      name: 'nyc-1',
      location_id: 2,
      fqdn: 'nyc-1.panel.example',
      memory: 16_384,
      memory_overallocate: -1,
      disk: 128_000,
      disk_overallocate: -1,
    },
  ]
}
