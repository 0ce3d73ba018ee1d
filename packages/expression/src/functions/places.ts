import { finite } from '../runtime/values.ts'
import { define, number } from './definition.ts'
import type { FunctionDefinition } from './definition.ts'

export const placeFunctions: FunctionDefinition[] = [
  define(
    {
      name: 'distance',
      category: 'place',
      notation: 'function',
      unmetered: 'all',
      parameters: [
        number('latitude1'),
        number('longitude1'),
        number('latitude2'),
        number('longitude2'),
      ],
      result: 'number',
      summary: 'The metres between two places on Earth, given in degrees, along a great circle.',
      example: { source: 'round(distance(52.52, 13.405, 48.137, 11.575) / 1000)', value: 504 },
    },
    distance,
  ),
]

/** The mean radius of the Earth in metres (IUGG). */
const earthRadius = 6_371_008.8

/** The haversine formula, good to 0.5 %. */
function distance(
  latitude1: number,
  longitude1: number,
  latitude2: number,
  longitude2: number,
): number | null {
  const radians = Math.PI / 180
  const northward = Math.sin(((latitude2 - latitude1) * radians) / 2) ** 2
  const eastward = Math.sin(((longitude2 - longitude1) * radians) / 2) ** 2
  const scale = Math.cos(latitude1 * radians) * Math.cos(latitude2 * radians)
  const half = Math.min(1, northward + scale * eastward)
  return finite(2 * earthRadius * Math.asin(Math.sqrt(half)))
}
