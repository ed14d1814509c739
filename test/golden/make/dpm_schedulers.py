"""Writes test/golden/schedulers/dpm-runs.json: whole runs of the DPM-Solver schedulers of diffusers, all noise 0.

The start is arange(48)/48 - 0.4 as [2, 2, 3, 4] in the size the scheduler starts with; the network says
0.3 x + 0.1 t/(1 + |t|). What is drawn in a step is replaced by zeros, so that the rest can be compared: torch's draws per
step and torchsde's Brownian tree are not ours. torchsde itself is not needed.

    python -m venv venv && venv/bin/pip install torch diffusers && venv/bin/python test/golden/make/dpm_schedulers.py
"""

import importlib
import json
import pathlib
import sys
import types

import diffusers
import torch

OUT = pathlib.Path(__file__).parent.parent / "schedulers" / "dpm-runs.json"
START = (torch.arange(48) / 48 - 0.4).reshape(2, 2, 3, 4)

sys.modules.setdefault("torchsde", types.ModuleType("torchsde"))
MODULES = {
    name: importlib.import_module(f"diffusers.schedulers.scheduling_{file}")
    for name, file in {
        "DPMSolverMultistepScheduler": "dpmsolver_multistep",
        "DPMSolverMultistepInverseScheduler": "dpmsolver_multistep_inverse",
        "DPMSolverSinglestepScheduler": "dpmsolver_singlestep",
        "DPMSolverSDEScheduler": "dpmsolver_sde",
        "EDMDPMSolverMultistepScheduler": "edm_dpmsolver_multistep",
        "CosineDPMSolverMultistepScheduler": "cosine_dpmsolver_multistep",
    }.items()
}


class Silence:
    """A noise sampler that says nothing."""

    def __init__(self, x, *_, **__):
        self.x = x

    def __call__(self, *_):
        return torch.zeros_like(self.x)


for module in MODULES.values():
    if hasattr(module, "BrownianTreeNoiseSampler"):
        module.BrownianTreeNoiseSampler = Silence
    if hasattr(module, "randn_tensor"):
        module.randn_tensor = lambda shape, **_: torch.zeros(shape)


def run(name, config, steps):
    scheduler = getattr(MODULES[name], name).from_config(config)
    scheduler.set_timesteps(steps)
    x = START * getattr(scheduler, "init_noise_sigma", 1.0)
    told = []
    for t in scheduler.timesteps:
        told.append(float(t))
        scaled = scheduler.scale_model_input(x, t) if hasattr(scheduler, "scale_model_input") else x
        x = scheduler.step(0.3 * scaled + 0.1 * float(t) / (1 + abs(float(t))), t, x).prev_sample
    return {"class": name, "config": config, "steps": steps, "told": told, "end": x.flatten().tolist()}


def cases():
    multi, single = "DPMSolverMultistepScheduler", "DPMSolverSinglestepScheduler"
    least = {"final_sigmas_type": "sigma_min"}
    for order in (1, 2, 3):
        yield multi, {"solver_order": order, "algorithm_type": "sde-dpmsolver++"}, 12
        yield multi, {"solver_order": order, "algorithm_type": "dpmsolver", **least}, 12
        yield multi, {"solver_order": order, "algorithm_type": "dpmsolver", "solver_type": "heun", **least}, 20
        yield single, {"solver_order": order, "algorithm_type": "sde-dpmsolver++"}, 9
        yield single, {"solver_order": order, "algorithm_type": "sde-dpmsolver++", "solver_type": "heun", **least}, 12
        yield single, {"solver_order": order, "algorithm_type": "dpmsolver", **least}, 10
        yield single, {"solver_order": order, "solver_type": "heun", "lower_order_final": True, **least}, 12
        yield single, {"solver_order": order, "lower_order_final": True}, 11
        yield "DPMSolverMultistepInverseScheduler", {"solver_order": order}, 12
    for order in (1, 2):
        yield "EDMDPMSolverMultistepScheduler", {"solver_order": order, "algorithm_type": "sde-dpmsolver++"}, 8
        yield multi, {"solver_order": order, "algorithm_type": "sde-dpmsolver", **least}, 20
        yield "CosineDPMSolverMultistepScheduler", {"solver_order": order}, 8
    yield multi, {"algorithm_type": "sde-dpmsolver", "solver_type": "heun", **least}, 20
    yield multi, {"algorithm_type": "sde-dpmsolver++", "solver_type": "heun", "euler_at_final": True, **least}, 20
    yield multi, {"solver_order": 3, "lower_order_final": False, **least}, 8
    yield multi, {"solver_order": 3, "euler_at_final": True, "prediction_type": "v_prediction", **least}, 16
    yield multi, {"use_exponential_sigmas": True}, 8
    yield multi, {"use_flow_sigmas": True, "prediction_type": "flow_prediction", "flow_shift": 3.0}, 8
    yield multi, {"rescale_betas_zero_snr": True, "timestep_spacing": "trailing", "prediction_type": "v_prediction"}, 8
    yield multi, {"beta_schedule": "squaredcos_cap_v2", "lambda_min_clipped": -5.1}, 8
    yield multi, {"thresholding": True, "sample_max_value": 2.0, "timestep_spacing": "leading", "steps_offset": 1}, 8
    yield single, {"use_karras_sigmas": True, "prediction_type": "v_prediction"}, 8
    yield single, {"use_exponential_sigmas": True}, 8
    yield single, {"use_flow_sigmas": True, "prediction_type": "flow_prediction", "flow_shift": 2.0}, 8
    yield "DPMSolverMultistepInverseScheduler", {"algorithm_type": "dpmsolver", "solver_type": "heun"}, 20
    yield "DPMSolverMultistepInverseScheduler", {"beta_schedule": "scaled_linear", "prediction_type": "v_prediction"}, 8
    for spacing in ("linspace", "leading", "trailing"):
        yield "DPMSolverSDEScheduler", {"timestep_spacing": spacing}, 8
    yield "DPMSolverSDEScheduler", {"use_karras_sigmas": True, "prediction_type": "v_prediction"}, 8
    yield "EDMDPMSolverMultistepScheduler", {"sigma_schedule": "exponential", "prediction_type": "v_prediction"}, 8
    yield "EDMDPMSolverMultistepScheduler", {"solver_order": 3, "sigma_max": 40.0, "solver_type": "heun"}, 16
    yield "CosineDPMSolverMultistepScheduler", {"sigma_schedule": "karras", "solver_type": "heun"}, 8


if __name__ == "__main__":
    runs = [run(*case) for case in cases()]
    versions = {"diffusers": diffusers.__version__, "torch": torch.__version__}
    OUT.write_text(json.dumps({**versions, "runs": runs}, indent=1) + "\n")
