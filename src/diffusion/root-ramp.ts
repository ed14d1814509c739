import { chainLength, rateCurves } from './rate-curves.js';
import { type CurveDetails, ramp } from './schedule.js';

export interface RootRampOptions {
  readonly betaStart: number;
  readonly betaEnd: number;
}

/** √β in a straight line: β(t) = 1000·(√β₀ + d·t)², B(t) = 1000·(β₀·t + √β₀·d·t² + d²·t³/3), d = √β₁ − √β₀. */
export function rootRampCurves({ betaStart, betaEnd }: RootRampOptions): CurveDetails {
  const root = Math.sqrt(betaStart);
  const d = Math.sqrt(betaEnd) - root;
  return rateCurves({
    rate: (t) => chainLength * (root + d * t) ** 2,
    total: (t) => chainLength * (betaStart * t + root * d * t ** 2 + (d ** 2 * t ** 3) / 3),
  });
}

/** The β of a chain whose √β go in a straight line. */
export const rootRampBetas = (count: number, { betaStart, betaEnd }: RootRampOptions): readonly number[] =>
  ramp({ first: Math.sqrt(betaStart), last: Math.sqrt(betaEnd), count }).map((root) => root ** 2);
