import type { Executable } from './runtime.js';

/** Executables under names, each made when first asked for, and closed together. */
export interface Executables extends Disposable {
  get(name: string, make: () => Promise<Executable>): Promise<Executable>;
}

/** An empty collection: what compiles one graph for several shapes keeps them here. */
export function executables(): Executables {
  const made = new Map<string, Promise<Executable>>();
  return {
    get(name, make) {
      const one = made.get(name) ?? make();
      made.set(name, one);
      return one;
    },
    [Symbol.dispose]() {
      for (const one of made.values()) {
        void one.then(
          (executable) => executable.close(),
          () => {}, // it was told to who asked
        );
      }
    },
  };
}
