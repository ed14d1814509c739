/**
 * Every key of a scheduler config of diffusers, old ones too. A class passes over those that are not its own: they stay
 * behind when the scheduler of a pipeline is exchanged for another.
 */
export const foreignKeys: ReadonlySet<string> = new Set([
  ...['num_train_timesteps', 'beta_start', 'beta_end', 'beta_schedule', 'trained_betas', 'rescale_betas_zero_snr'],
  ...['prediction_type', 'predict_epsilon', 'variance_type', 'clip_sample', 'clip_sample_range', 'thresholding'],
  ...['dynamic_thresholding_ratio', 'sample_max_value', 'timestep_spacing', 'steps_offset', 'set_alpha_to_one'],
  ...['skip_prk_steps', 'solver_order', 'algorithm_type', 'solver_type', 'lower_order_final', 'euler_at_final'],
  ...['use_karras_sigmas', 'use_exponential_sigmas', 'use_beta_sigmas', 'use_lu_lambdas', 'use_flow_sigmas'],
  ...['flow_shift', 'final_sigmas_type', 'lambda_min_clipped', 'interpolation_type', 'timestep_type', 'predict_x0'],
  ...['disable_corrector', 'solver_p', 'predictor_order', 'corrector_order', 'tau_func', 'shift', 'shift_terminal'],
  ...['use_dynamic_shifting', 'base_shift', 'max_shift', 'base_image_seq_len', 'max_image_seq_len', 'invert_sigmas'],
  ...['time_shift_type', 'stochastic_sampling', 'sigma_min', 'sigma_max', 'sigma_data', 'sigma_schedule', 'rho'],
  ...['s_noise', 's_churn', 's_tmin', 's_tmax', 'snr', 'sampling_eps', 'correct_steps', 'noise_sampler_seed'],
  ...['original_inference_steps', 'timestep_scaling', 'set_alpha_to_zero', 'clip_denoised'],
  ...['tensor_format', 'timestep_values'], // 2022: numpy or torch; never used
]);
