/** Why the suite does not measure the order of samplers for distilled networks. */
export const distilledOrder = {
  order: 'Its error is that of the distilled network, not of the length of its steps.',
} as const;
