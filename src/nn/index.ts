export * from './activations.js';
export * from './blocks/index.js';
export type { ParseConfigOptions } from './config.js';
export * from './context.js';
export {
  type Bound,
  type BoundTree,
  defineLayer,
  type Layer,
  type ParamSpec,
  type ParamTree,
  param,
} from './define-layer.js';
export * from './folder.js';
export * from './init.js';
export * from './layers/index.js';
export * from './mlp-presets.js';
export { type Classifier, type ClassifierInputs, type ClassifierOutputs, classifier } from './models/classifier.js';
export {
  type ClassifierConfig,
  classifierFields,
  formatClassifierConfig,
  isClassifierConfig,
  parseClassifierConfig,
} from './models/classifier-config.js';
export {
  type ConditionConfig,
  conditionFields,
  formatConditionConfig,
  insideOf,
  outsideOf,
  parseConditionConfig,
} from './models/condition-config.js';
export {
  type Conditioned,
  type ConditionedInputs,
  type ConditionedOptions,
  conditioned,
  conditionPrefix,
  networkTold,
  splitParams,
} from './models/conditioned.js';
export { type DeltaNet, type DeltaNetOptions, deltaNet } from './models/delta-net.js';
export { type Mlp, type MlpInputs, mlp } from './models/mlp.js';
export { formatMlpConfig, type MlpConfig, mlpClassName, mlpFields, parseMlpConfig } from './models/mlp-config.js';
export * from './models/network.js';
export { type UNet2d, type UNet2dInputs, unet2d } from './models/unet-2d.js';
export { formatUnet2dConfig, parseUnet2dConfig, type UNet2dConfig, unet2dFields } from './models/unet-2d-config.js';
export * from './params.js';
export * from './presets.js';
export * from './weights/legacy.js';
export * from './weights/match.js';
export * from './weights/safetensors.js';
export * from './weights/sharded.js';
