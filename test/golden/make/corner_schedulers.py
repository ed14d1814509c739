"""Writes test/golden/schedulers/corner-runs.json: whole runs of schedulers of diffusers at the corners of what their
configs allow: many steps from pure noise, one step alone, timesteps at ties, keys left behind by another scheduler.

The start is arange(48)/48 - 0.4 as [2, 2, 3, 4] in the size the scheduler starts with; the network says
0.3 x + 0.1 t/(1 + |t|). Noise is drawn from torch's CPU generator, seeded 0. Of runs of more than 20 steps, only the first
and the last ten of what the network was told are kept.

    python -m venv venv && venv/bin/pip install torch diffusers scipy && venv/bin/python test/golden/make/corner_schedulers.py
"""

import json
import pathlib
import warnings

import diffusers
import torch

warnings.filterwarnings("ignore")
OUT = pathlib.Path(__file__).parent.parent / "schedulers" / "corner-runs.json"
START = (torch.arange(48) / 48 - 0.4).reshape(2, 2, 3, 4)


def run(name, config, steps):
    generator = torch.manual_seed(0)
    scheduler = getattr(diffusers, name).from_config(config)
    scheduler.set_timesteps(steps)
    takes_generator = "generator" in scheduler.step.__code__.co_varnames
    x = START * getattr(scheduler, "init_noise_sigma", 1.0)
    told = []
    for t in scheduler.timesteps:
        told.append(float(t))
        scaled = scheduler.scale_model_input(x, t) if hasattr(scheduler, "scale_model_input") else x
        options = {"generator": generator} if takes_generator else {}
        x = scheduler.step(0.3 * scaled + 0.1 * float(t) / (1 + abs(float(t))), t, x, **options).prev_sample
    if not bool(x.isfinite().all()):
        raise ArithmeticError("NaN at the end")
    calls = len(told)
    kept = told if calls <= 20 else told[:10] + told[-10:]
    return {"class": name, "config": config, "steps": steps, "calls": calls, "told": kept, "end": x.flatten().tolist()}


sigmas = [{f"use_{kind}_sigmas": True} for kind in ("karras", "exponential", "beta")]


def zero_snr():
    """Chains that end in pure noise, in so many steps that more than the last level has little signal."""
    v = {"rescale_betas_zero_snr": True, "prediction_type": "v_prediction"}
    for steps in (50, 300, 999):
        yield "EulerDiscreteScheduler", v, steps
        yield "EulerDiscreteScheduler", {**v, "timestep_spacing": "trailing"}, steps
    for steps in (300, 500):
        yield "UniPCMultistepScheduler", {**v, "timestep_spacing": "trailing"}, steps
        yield "DPMSolverMultistepScheduler", {**v, "timestep_spacing": "trailing"}, steps
    yield "EulerAncestralDiscreteScheduler", v, 300
    yield "EulerDiscreteScheduler", {**v, **sigmas[0]}, 20
    yield "EulerDiscreteScheduler", {**v, "beta_schedule": "scaled_linear"}, 500
    yield "DDIMScheduler", {**v, "timestep_spacing": "trailing"}, 300


def inverse():
    name = "DPMSolverMultistepInverseScheduler"
    for order in (1, 2, 3):
        for chosen in sigmas:
            yield name, {**chosen, "solver_order": order}, 10
    yield name, {**sigmas[0], "prediction_type": "v_prediction", "beta_schedule": "scaled_linear"}, 20
    yield name, {**sigmas[1], "algorithm_type": "dpmsolver", "solver_type": "heun"}, 16
    yield name, {**sigmas[0], "lower_order_final": False}, 8
    for spacing in ("leading", "trailing"):
        for order in (1, 2, 3):
            yield name, {"timestep_spacing": spacing, "solver_order": order}, 10
        yield name, {"timestep_spacing": spacing, "algorithm_type": "dpmsolver"}, 20
        yield name, {"timestep_spacing": spacing, "steps_offset": 1, "prediction_type": "v_prediction"}, 7
    flow = {"use_flow_sigmas": True, "prediction_type": "flow_prediction"}
    yield name, flow, 10
    yield name, {**flow, "flow_shift": 3.0, "solver_order": 3}, 16


def left_behind():
    """Keys of one scheduler in the config of another."""
    thresholded = {"thresholding": True, "sample_max_value": 1.5}
    for order in (1, 2, 3):
        yield "UniPCMultistepScheduler", {**thresholded, "predict_x0": False, "solver_order": order,
                                          "final_sigmas_type": "sigma_min"}, 7
    for kind in ("fixed_small", "fixed_large"):
        for name in ("DPMSolverMultistepScheduler", "DPMSolverSinglestepScheduler", "SASolverScheduler",
                     "DPMSolverMultistepInverseScheduler"):
            yield name, {"variance_type": kind}, 8


def lone():
    """One step alone. Left out are linspace timesteps of the k-diffusion classes with levels chosen by sigma, the
    exponential levels of EDM and the inverse: there the one level is the least of training, here the most."""
    for name in ("EulerDiscreteScheduler", "HeunDiscreteScheduler", "LMSDiscreteScheduler", "KDPM2DiscreteScheduler",
                 "EulerAncestralDiscreteScheduler", "KDPM2AncestralDiscreteScheduler"):
        for spacing in ("linspace", "leading", "trailing"):
            yield name, {"timestep_spacing": spacing}, 1
        for spacing in ("leading", "trailing"):
            for chosen in sigmas if name != "EulerAncestralDiscreteScheduler" else ():
                yield name, {**chosen, "timestep_spacing": spacing}, 1
    for name in ("DPMSolverMultistepScheduler", "DPMSolverSinglestepScheduler", "UniPCMultistepScheduler",
                 "DEISMultistepScheduler", "SASolverScheduler"):
        for chosen in ({}, *sigmas):
            yield name, chosen, 1
    for name in ("EDMEulerScheduler", "EDMDPMSolverMultistepScheduler"):
        yield name, {}, 1
    for name in ("FlowMatchEulerDiscreteScheduler", "DDIMScheduler", "DDPMScheduler",
                 "DPMSolverMultistepInverseScheduler"):
        yield name, {}, 1
    for spacing in ("leading", "trailing"):
        for prediction in ("epsilon", "v_prediction"):
            yield "PNDMScheduler", {"skip_prk_steps": True, "timestep_spacing": spacing, "steps_offset": 1,
                                    "prediction_type": prediction}, 1


def ties():
    """Timesteps half-way between two whole ones, and levels of flows at whole ones, where the last bit decides."""
    for name in ("UniPCMultistepScheduler", "DEISMultistepScheduler", "DPMSolverMultistepScheduler", "SASolverScheduler"):
        yield name, {}, 30
        for steps in (6, 18):
            yield name, {"use_flow_sigmas": True, "prediction_type": "flow_prediction"}, steps
    yield "DDIMScheduler", {"timestep_spacing": "trailing"}, 48
    yield "PNDMScheduler", {"timestep_spacing": "linspace", "skip_prk_steps": True}, 31


def last_noise():
    """Walks of DDPM whose last timestep is not 0; with the large variance only those where it is."""
    for more in ({"steps_offset": 1}, {"timestep_spacing": "trailing"}, {"timestep_spacing": "linspace"}):
        yield "DDPMScheduler", {"variance_type": "fixed_small", **more}, 4
    for more in ({}, {"timestep_spacing": "linspace"}):
        yield "DDPMScheduler", {"variance_type": "fixed_large", **more}, 4


if __name__ == "__main__":
    cases = [*zero_snr(), *inverse(), *left_behind(), *lone(), *ties(), *last_noise()]
    runs = []
    for case in cases:
        try:
            runs.append(run(*case))
        except Exception as error:
            print("left out, as diffusers fails:", *case, type(error).__name__, str(error)[:100])
    versions = {"diffusers": diffusers.__version__, "torch": torch.__version__}
    OUT.write_text(json.dumps({**versions, "runs": runs}) + "\n")
