import { between, chance, normal, oneOf, rounded } from '../chance/chance.ts'
import { eventAt } from './scene.ts'
import type { Reading, Scene, Step } from './scene.ts'

const paths = [
  '/',
  '/',
  '/products',
  '/products',
  '/products/7',
  '/search',
  '/cart',
  '/checkout',
] as const
const countries = ['DE', 'US', 'FR', 'GB', 'JP', 'BR'] as const
const visitorCount = 40
/** For so long a visitor looks around, and then is away. */
const visitMs = 25_000

/** Requests of visitors who come and go; now and then the checkout fails, or the search is slow. */
export const webScene: Scene = {
  stepMs: 250,
  latestSteps: 0,
  readings: (step) => Array.from({ length: 4 }, (_, index) => readingsOf(step, index)).flat(),
}

function readingsOf({ seed, number, sinceMs }: Step, index: number): readonly Reading[] {
  const at = [seed, number, index] as const
  if (chance(...at) > 0.7) return []
  // Of all visitors some are there in each stretch, and they alone.
  const stretch = Math.floor(sinceMs / visitMs)
  const visitor = Math.floor(
    chance(seed, 79, stretch, Math.floor(chance(...at, 1) * 8)) * visitorCount,
  )
  const path = oneOf(paths, ...at, 2)
  const fails = troubleAt(sinceMs)?.number ?? -1
  const isFailing = fails % 2 === 0 && path === '/checkout' && chance(...at, 3) < 0.8
  const isSlow = fails % 2 === 1 && path === '/search'
  const ms = between(15, 60, ...at, 4) * Math.exp(0.5 * normal(...at, 5)) * (isSlow ? 25 : 1)
  const isMissing = chance(...at, 6) < 0.02
  return [
    {
      topic: 'web/requests',
      afterMs: Math.floor(chance(...at, 7) * 250),
      payload: {
        visitor: `v${visitor + 1}`,
        path,
        status: isFailing ? 500 : isMissing ? 404 : 200,
        ms: rounded(ms, 1),
        country: oneOf(countries, seed, visitor),
      },
    },
  ]
}

function troubleAt(sinceMs: number) {
  return eventAt(sinceMs, { firstMs: 20_000, everyMs: 50_000, forMs: 25_000, placeOf: () => 0 })
}
