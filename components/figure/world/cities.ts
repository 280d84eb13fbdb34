// Cities that stand on the world map: where people ask, and where machines are. Degrees, north and east positive, to a
// tenth: the map is no finer.

export interface City {
  readonly name: string;
  readonly lat: number;
  readonly lon: number;
}

export const CITIES = {
  lisbon: { name: 'Lisbon', lat: 38.7, lon: -9.1 },
  london: { name: 'London', lat: 51.5, lon: -0.1 },
  frankfurt: { name: 'Frankfurt', lat: 50.1, lon: 8.7 },
  lagos: { name: 'Lagos', lat: 6.5, lon: 3.4 },
  nairobi: { name: 'Nairobi', lat: -1.3, lon: 36.8 },
  mumbai: { name: 'Mumbai', lat: 19.1, lon: 72.9 },
  singapore: { name: 'Singapore', lat: 1.4, lon: 103.8 },
  tokyo: { name: 'Tokyo', lat: 35.7, lon: 139.7 },
  sydney: { name: 'Sydney', lat: -33.9, lon: 151.2 },
  saoPaulo: { name: 'São Paulo', lat: -23.5, lon: -46.6 },
  // Where Ashburn is, and half of the cloud.
  virginia: { name: 'Virginia', lat: 39, lon: -77.5 },
  sanFrancisco: { name: 'San Francisco', lat: 37.8, lon: -122.4 },
} as const satisfies Record<string, City>;
