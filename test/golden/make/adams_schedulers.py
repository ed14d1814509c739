"""Writes test/golden/schedulers/adams-runs.json: whole runs of the multistep schedulers of diffusers that look back:
PNDM, IPNDM, DEIS, UniPC and SA-Solver.

The start is arange(48)/48 - 0.4 as [2, 2, 3, 4]; the network says 0.3 x + 0.1 t/(1 + |t|). Noise is drawn from torch's CPU
generator, seeded 0.

    python -m venv venv && venv/bin/pip install torch diffusers scipy && venv/bin/python test/golden/make/adams_schedulers.py
"""

import json
import pathlib

import diffusers
import torch

OUT = pathlib.Path(__file__).parent.parent / "schedulers" / "adams-runs.json"
START = (torch.arange(48) / 48 - 0.4).reshape(2, 2, 3, 4)


def run(name, config, steps):
    generator = torch.manual_seed(0)
    scheduler = getattr(diffusers, name).from_config(config)
    scheduler.set_timesteps(steps)
    options = {"generator": generator} if name == "SASolverScheduler" else {}
    x = START * scheduler.init_noise_sigma
    told = []
    for t in scheduler.timesteps:
        told.append(float(t))
        x = scheduler.step(0.3 * x + 0.1 * float(t) / (1 + abs(float(t))), t, x, **options).prev_sample
    return {"class": name, "config": config, "steps": steps, "told": told, "end": x.flatten().tolist()}


def cases():
    yield "IPNDMScheduler", {}, 3
    yield "IPNDMScheduler", {}, 8
    for spacing in ("leading", "trailing", "linspace"):
        for prediction in ("epsilon", "v_prediction"):
            for skip in (False, True):
                config = {"timestep_spacing": spacing, "prediction_type": prediction, "skip_prk_steps": skip}
                yield "PNDMScheduler", config, 7
    sd = {"beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012}
    yield "PNDMScheduler", {**sd, "skip_prk_steps": True, "steps_offset": 1}, 20
    yield "PNDMScheduler", {**sd, "set_alpha_to_one": True}, 10

    deis, unipc, sa = "DEISMultistepScheduler", "UniPCMultistepScheduler", "SASolverScheduler"
    chosen = [{key: True} for key in ("use_karras_sigmas", "use_exponential_sigmas", "use_beta_sigmas")]
    flow = {"use_flow_sigmas": True, "prediction_type": "flow_prediction", "flow_shift": 3.0}
    for order in (1, 2, 3):
        yield deis, {"solver_order": order}, 9
        yield deis, {"solver_order": order, "lower_order_final": False, "prediction_type": "v_prediction"}, 9
        yield deis, {"solver_order": order, "timestep_spacing": "trailing", "prediction_type": "sample"}, 17
    for more in chosen:
        yield deis, {**more, **sd, "solver_order": 3}, 8
    yield deis, {**flow, "solver_order": 3}, 8
    yield deis, {"thresholding": True, "sample_max_value": 1.5, "steps_offset": 1, "timestep_spacing": "leading"}, 6

    for order in (1, 2, 3):
        for solver in ("bh1", "bh2"):
            # bh1 times zero is NaN at the end without noise.
            end = "sigma_min" if solver == "bh1" else "zero"
            yield unipc, {"solver_order": order, "solver_type": solver, "final_sigmas_type": end}, 7
            yield unipc, {"solver_order": order, "solver_type": solver, "predict_x0": False,
                          "final_sigmas_type": "sigma_min", "prediction_type": "v_prediction"}, 7
    yield unipc, {"solver_order": 3, "disable_corrector": [0, 1, 4]}, 8
    yield unipc, {"solver_order": 3, "lower_order_final": False, "final_sigmas_type": "sigma_min"}, 8
    yield unipc, {"solver_type": "midpoint", "prediction_type": "sample", "timestep_spacing": "trailing"}, 8
    yield unipc, {"rescale_betas_zero_snr": True, "prediction_type": "v_prediction", "timestep_spacing": "trailing"}, 8
    yield unipc, {"thresholding": True, "sample_max_value": 1.5}, 6
    for more in chosen:
        yield unipc, {**more, **sd}, 8
        yield unipc, {**more, **sd, "final_sigmas_type": "sigma_min", "sigma_min": 0.05, "sigma_max": 10.0}, 8
    yield unipc, flow, 8
    yield unipc, {**flow, "flow_shift": 5.0, "solver_order": 3, "shift_terminal": 0.02}, 10

    for predictor, corrector in ((1, 1), (1, 2), (2, 2), (3, 1), (3, 3), (3, 4), (4, 4)):
        for algorithm in ("data_prediction", "noise_prediction"):
            yield sa, {"predictor_order": predictor, "corrector_order": corrector, "algorithm_type": algorithm, **sd}, 12
    yield sa, {"lower_order_final": False, "predictor_order": 3, "corrector_order": 3}, 12
    yield sa, {"num_train_timesteps": 500}, 8
    yield sa, {"num_train_timesteps": 100}, 8
    yield sa, {"timestep_spacing": "trailing", "prediction_type": "v_prediction"}, 9
    yield sa, {"beta_schedule": "squaredcos_cap_v2", "lambda_min_clipped": -5.1, "prediction_type": "sample"}, 9
    for more in chosen:
        yield sa, {**more, **sd}, 9
    yield sa, {**flow, "predictor_order": 3, "corrector_order": 3}, 9
    yield sa, {"thresholding": True, "sample_max_value": 1.5}, 6


runs = [run(*case) for case in cases()]
OUT.parent.mkdir(exist_ok=True)
OUT.write_text(json.dumps({"diffusers": diffusers.__version__, "torch": torch.__version__, "runs": runs}) + "\n")
