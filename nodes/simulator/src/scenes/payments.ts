import { between, chance, normal, oneOf, rounded } from '../chance/chance.ts'
import type { Reading, Scene, Step } from './scene.ts'

const countries = ['DE', 'FR', 'US', 'GB', 'ES'] as const
const merchants = ['grocer', 'fuel', 'books', 'travel', 'games', 'electronics'] as const
const cardCount = 60
/** A fraud begins every so many steps. */
const fraudSteps = 30
const firstFraudStep = 12

/**
 * Payments by card. Now and then a stolen card is tried with small sums before a large one, is used
 * in two countries at once, or far too often.
 */
export const paymentsScene: Scene = {
  stepMs: 1000,
  latestSteps: 0,
  readings: (step) => [...usual(step), ...fraud(step)],
}

function usual({ seed, number }: Step): readonly Reading[] {
  return [0, 1, 2, 3].flatMap((index) => {
    const at = [seed, number, index] as const
    if (chance(...at) > 0.8) return []
    const card = Math.floor(chance(...at, 1) * cardCount)
    const amount = Math.exp(3.2 + 0.8 * normal(...at, 2))
    const country = homeOf(seed, card)
    return [payment({ card, amount, country, afterMs: Math.floor(chance(...at, 3) * 900) }, at)]
  })
}

function fraud({ seed, number }: Step): readonly Reading[] {
  const count = Math.floor((number - firstFraudStep) / fraudSteps)
  if (count < 0) return []
  const step = number - firstFraudStep - count * fraudSteps
  const card = Math.floor(chance(seed, 80, count) * cardCount)
  const country = homeOf(seed, card)
  const at = [seed, number, 90] as const
  const pay = (amount: number, where: string, afterMs: number) =>
    payment({ card, amount, country: where, afterMs }, at)
  switch (count % 3) {
    case 0:
      if (step === 0 || step === 3 || step === 5)
        return [pay(between(0.5, 1.9, ...at), country, 950)]
      return step === 9 ? [pay(between(500, 900, ...at), country, 950)] : []
    case 1: {
      const abroad = country === 'US' ? 'ES' : 'US'
      if (step === 0) return [pay(between(20, 60, ...at), country, 950)]
      return step === 6 ? [pay(between(150, 300, ...at), abroad, 950)] : []
    }
    default:
      if (step >= 8) return []
      return [0, 1].map((half) => pay(between(10, 40, ...at, half), country, 910 + 40 * half))
  }
}

function homeOf(seed: number, card: number): string {
  return oneOf(countries, seed, 81, card)
}

interface Payment {
  readonly card: number
  readonly amount: number
  readonly country: string
  readonly afterMs: number
}

function payment({ card, amount, country, afterMs }: Payment, at: readonly number[]): Reading {
  return {
    topic: 'payments',
    afterMs,
    payload: {
      card: `card-${String(card + 1).padStart(2, '0')}`,
      amount: rounded(amount),
      country,
      merchant: oneOf(merchants, ...at, 9),
    },
  }
}
