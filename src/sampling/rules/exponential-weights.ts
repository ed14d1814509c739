import { halfLogSnr, type Level } from '../../diffusion/level.js';
import { integrate, lagrange } from './quadrature.js';

export interface ExponentialWeightsOptions {
  readonly from: Level;
  readonly to: Level;
  /** Where the integrand is known. */
  readonly nodes: readonly Level[];
  /** κ below: 1 for clean values, −1 for noise, 1 + τ² for an SDE of strength τ. */
  readonly rate: number;
  /** The variable in which the integrand is a polynomial, as a function of λ; λ itself unless told. */
  readonly variable?: (lambda: number) => number;
}

/**
 * wᵢ = ∫_λ^λ′ e^{κ·(u − λ′)}·ℓᵢ(u) du, ℓᵢ the Lagrange polynomials through the nodes.
 *
 * Every exponential integrator of many steps is made of these: with κ = 1 the probability-flow ODE reads
 * x′ = (σ′/σ)·x + α′·Σ wᵢ·Dᵢ, with κ = −1 it reads x′ = (α′/α)·x − σ′·Σ wᵢ·nᵢ. Nodes of the past give a predictor
 * (Adams and Bashforth), the node of `to` besides them a corrector (Adams and Moulton).
 * Hochbruck & Ostermann 2010, "Exponential integrators" (Acta Numerica 19), Section 2.5.
 */
export function exponentialWeights(options: ExponentialWeightsOptions): readonly number[] {
  const { from, to, nodes, rate, variable = (lambda) => lambda } = options;
  const [start, end] = [halfLogSnr(from), halfLogSnr(to)];
  const places = nodes.map((node) => variable(halfLogSnr(node)));
  const panels = Math.ceil((Math.abs(rate) * (end - start)) / 4) || 1; // e⁴ is a gentle slope for sixteen points
  return places.map((_, i) =>
    integrate((u) => Math.exp(rate * (u - end)) * lagrange(places, i, variable(u)), { from: start, to: end, panels }),
  );
}
