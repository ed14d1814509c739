import { type Optimizer, optimizers } from '../../training/index.js';
import { made } from './named.js';

interface Choice {
  /** AdamW in runs that were begun before there was a choice. */
  readonly optimizer?: string;
  readonly weightDecay: number;
}

/** What `--optimizer` names; `--weight-decay` holds unless its own options say something else. */
export const chosenOptimizer = ({ optimizer = 'adamw', weightDecay }: Choice): Optimizer =>
  made({ option: 'optimizer', registry: optimizers, text: optimizer, usual: { weightDecay } });
